"""Report and learning counters: cells, blocks, aggregation, compaction."""
