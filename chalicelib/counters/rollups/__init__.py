"""Roll-ups: the counter cells of past days, packed by smartlink for reports over long ranges."""
