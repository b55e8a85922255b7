"""A stored click: item codec, write, backlog, rejection codes, click ID lists."""
