"""The campaigns that the publisher holds."""
