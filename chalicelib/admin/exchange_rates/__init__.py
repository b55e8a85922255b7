"""Exchange rates: the base currency, and rates by the day from which they are in force."""
