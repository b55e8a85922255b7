"""Lists that can be searched, filtered and sorted: their index, the search, and the job that completes the index."""
