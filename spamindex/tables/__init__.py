"""One table, from bytes to shares."""
