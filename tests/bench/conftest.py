"""Benchmarks patch botocore themselves, in processes whose later tests use moto."""

# moto adds its handler only to clients that are created after its import, and a table keeps its first client.
import moto  # noqa: F401
