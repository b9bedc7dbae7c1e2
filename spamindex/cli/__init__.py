"""Options in, bytes out: the only room that knows click, options, streams and exit codes."""
