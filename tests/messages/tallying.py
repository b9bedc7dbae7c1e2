"""What the tests of tally and sample have in common: some records, and how to read a result."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from tests.conftest import ROOT

MESSAGES = str(ROOT / "data/messages.csv")
LOG = str(ROOT / "data/p0f.log")
SPAM = ("--spam", "content_type=Spam,Spammy")


RECORDS = """\
time,client_ip,os_fp,spam
2010-02-01T00:00:00Z,192.0.2.1,Windows XP; dist: 6; raw_mtu: 1340,true
2010-02-01T00:00:01Z,192.0.2.2,"Linux 2.6.x; dist: 3",yes
2010-02-28T23:59:59Z,192.0.2.3,Windows 7 or 8,1
2010-03-01T00:00:00Z,192.0.2.4,Ubuntu,TRUE
2010-03-01T00:00:00Z,192.0.2.4,???,true
2010-03-01T00:00:00Z,192.0.2.4,,true
2010-03-02T00:00:00Z,192.0.2.5,Windows XP,false
2010-03-02T00:00:00Z,192.0.2.5,Windows XP,no
"""


COUNTED = [
    "Linux,33.333333333333336,2",
    "Unknown,33.333333333333336,2",
    "Windows,33.333333333333336,2",
]


def rows(text: str) -> list[str]:
    return text.splitlines()[1:]


def messages(text: str) -> list[list[str]]:
    """The OS and the messages of each row."""
    return [row.split(",")[::2] for row in rows(text)]


def columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): column.tolist() for name, column in table.items()}


def frame() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(RECORDS), dtype=str, keep_default_na=False)
