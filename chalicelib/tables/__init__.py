"""PynamoDB models by area."""
