"""Health check, OpenAPI document and Swagger UI."""
