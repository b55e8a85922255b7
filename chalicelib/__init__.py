"""The application: the redirect, the API and the background Lambdas."""
