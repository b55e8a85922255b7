"""Notifications API of admins and publishers."""
