"""Business nouns and rules without I/O."""
