"""Advertiser postback and pixel."""
