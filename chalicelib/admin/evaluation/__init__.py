"""Endpoints that measure what optimization earns: uplift and replay."""
