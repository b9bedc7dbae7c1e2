"""Options in, bytes out: the only room that knows click, options, streams, signals, exit codes."""
