"""The small DynamoDB client of the redirect."""
