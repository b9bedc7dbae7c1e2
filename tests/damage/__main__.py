"""``python -m tests.damage`` prints how many damaged files are read, and how many refused."""

from __future__ import annotations

import sys

from tests.damage.table import table

if __name__ == "__main__":
    sys.stdout.write(table())
