"""Create and publish notifications."""
