"""Applications of publishers to smartlinks."""
