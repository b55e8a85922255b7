"""HTTP servers and load for the throughput benchmark."""
