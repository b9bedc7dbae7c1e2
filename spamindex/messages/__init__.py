"""Records of messages to a SPAM table."""
