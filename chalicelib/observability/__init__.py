"""What the application says about itself: log lines in JSON and metrics in CloudWatch's embedded format."""
