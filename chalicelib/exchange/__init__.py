"""Exchange rates: which one is in force on a day, and amounts in another currency."""
