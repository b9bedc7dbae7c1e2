"""``python -m spamindex``."""

from spamindex.cli import main

main()
