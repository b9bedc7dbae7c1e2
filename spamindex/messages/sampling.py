"""Some records of one OS's spam, picked at random but the same for the same seed in any engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spamindex.errors import Doubt, MatchError, counted, listed
from spamindex.messages.counting import spam_of
from spamindex.messages.query import Counts, Question
from spamindex.messages.records import Records
from spamindex.messages.tallies import labels_of, shares

if TYPE_CHECKING:
    import pandas as pd

ROW = "_row"  # where a record stands
# By what stands in a record, and the seed: any engine picks those whose MD5 comes first. Records of
# which each cell is the same are told apart by a number, and so are picked one by one.
_PICKED = """
    with hashed as (select *, {content} as _content from spam),
    numbered as (
        select *, row_number() over (partition by _content order by {row}) as _twin from hashed)
    select *, count(*) over () as _among, md5(concat(_content, cast(_twin as varchar(20)))) as _lot
    from numbered
"""


def pick(
    records: Records, question: Question, counts: Counts, os: str, most: int, seed: int
) -> tuple[pd.DataFrame, int]:
    """Pick so many records at random of an OS's spam, each as likely as another.

    ``counts`` are those of the same records. Returns the picked ones with all their columns as
    text, in the order in which they stand in the files, and from how many they were picked. Raises
    MatchError where no spam is from that OS.
    """
    import pandas as pd
    from duckdb import ColumnExpression, SQLExpression

    labels = labels_for(os, counts, question)
    # In one scan, of all columns: a line that can't be read in one of them would shift the others.
    # Rows are numbered in the order of the files, whatever the number of threads.
    aliases = {name: f"column{i}" for i, name in enumerate(records.relation.columns)}
    columns = [ColumnExpression(name).alias(alias) for name, alias in aliases.items()]
    number = SQLExpression("row_number() OVER ()").alias(ROW)
    shown = {name: aliases[name] for name in records.columns}
    spam = spam_of(
        records.relation.select(number, *columns),
        question.renamed(aliases),
        labels,
        keep=[ROW, *shown.values()],
    )
    # Hashes are small, and the records that are wanted are few: no more than these is kept.
    query = picking(shown, seed, ROW)
    rows = spam.query("spam", f"from ({query}) order by _lot limit {most}")
    cells = [ColumnExpression(alias).cast("VARCHAR") for alias in shown.values()]
    found = rows.select(ColumnExpression(ROW), ColumnExpression("_among"), *cells).fetchall()
    among = found[0][1] if found else 0
    if (lost := sum(counts.labels[label] for label in labels) - among) > 0:
        records.findings[-1].doubts.append(
            Doubt(f"left out: {counted(lost, 'record')} that can't be read in all columns")
        )
    found.sort(key=lambda row: row[0])
    return pd.DataFrame([row[2:] for row in found], columns=records.columns, dtype=object), among


def labels_for(os: str, counts: Counts, question: Question) -> list[str]:
    """The labels of an OS's spam. Raises MatchError where there is none."""
    labels = labels_of(os, counts.labels, question.names)
    if not labels:
        there = list(dict.fromkeys(shares(counts)["os"]))
        raise MatchError(f"no spam is from {os!r}; it is from {listed(there)}")
    return labels


def picking(shown: dict[str, str], seed: int, row: str) -> str:
    """A query that draws a lot for each of the records ``spam``, in the SQL of all engines.

    ``shown`` are the columns by the names they have in the files, whose order does not matter.
    """
    parts = [f"'{seed}'"]
    for name in sorted(shown):
        cell = f"coalesce(cast({shown[name]} as varchar(65535)), '')"
        parts += [f"chr(31), {cell}"]
    return _PICKED.format(content=f"md5(concat({', '.join(parts)}))", row=row)
