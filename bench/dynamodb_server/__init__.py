"""A DynamoDB server in memory, to measure the product's own share of a request."""
