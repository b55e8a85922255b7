"""The cost of a million clicks on AWS, and the AWS limits on their rate."""
