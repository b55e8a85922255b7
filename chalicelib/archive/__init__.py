"""The archive: clicks and conversions as gzip objects of JSON lines in S3."""
