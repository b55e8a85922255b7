"""`make query`: fetches objects of the archive and queries them with DuckDB."""
