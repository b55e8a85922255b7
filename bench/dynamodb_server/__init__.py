"""An in-memory DynamoDB server, to measure the product's own share of a request."""
