"""End-to-end proofs over HTTP."""
