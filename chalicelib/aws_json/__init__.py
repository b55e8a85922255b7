"""Signed requests to AWS services of the JSON protocol, without the SDK: for the redirect."""
