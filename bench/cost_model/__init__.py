"""What a million clicks cost on AWS, and which limits come first."""
