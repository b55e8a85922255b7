"""Build the package, deploy the stack, upload it, and manage admin keys."""
