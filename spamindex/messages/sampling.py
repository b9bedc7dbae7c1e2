"""Some records of one OS's spam, picked at random but the same for the same seed."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pandas as pd

from spamindex.errors import MatchError, SpamIndexWarning, listed
from spamindex.messages.counting import spam_of
from spamindex.messages.query import Counts, Question
from spamindex.messages.records import Records
from spamindex.messages.tallies import labels_of, shares
from spamindex.names import Names

_ROW = "_row"


def pick(
    records: Records,
    question: Question,
    counts: Counts,
    os: str,
    most: int,
    seed: int,
    *,
    names: Names,
) -> tuple[pd.DataFrame, int]:
    """Pick so many records at random of an OS's spam, each as likely as another.

    ``counts`` are those of the same records. Returns the picked ones with all their columns as
    text, in the order in which they stand in the files, and from how many they were picked. Raises
    MatchError where no spam is from that OS.
    """
    from duckdb import ColumnExpression, SQLExpression

    labels = labels_of(os, counts.labels, names)
    if not labels:
        there = list(dict.fromkeys(shares(counts, names=names)["os"]))
        raise MatchError(f"no spam is from {os!r}; it is from {listed(there)}")
    # In one scan, of all columns: a line that can't be read in one of them would shift the others.
    # Rows are numbered in the order of the files, whatever the number of threads.
    aliases = {name: f"column{i}" for i, name in enumerate(records.relation.columns)}
    columns = [ColumnExpression(name).alias(alias) for name, alias in aliases.items()]
    number = SQLExpression("row_number() OVER ()").alias(_ROW)
    shown = [aliases[name] for name in records.columns]
    spam = spam_of(
        records.relation.select(number, *columns),
        question.renamed(aliases),
        labels,
        keep=[_ROW, *shown],
    )
    spam.create("spam")
    spam = records.connection.table("spam")
    among = np.sort(spam.select(_ROW).fetchnumpy()[_ROW])
    if (lost := sum(counts.labels[label] for label in labels) - len(among)) > 0:
        doubt = f"{lost} such records can't be read in all their columns and were left out"
        warnings.warn(SpamIndexWarning(doubt), stacklevel=2)
    chosen = random.Random(seed).sample(range(len(among)), min(most, len(among)))
    wanted = records.connection.from_df(pd.DataFrame({"_wanted": among[sorted(chosen)]}))
    found = spam.join(wanted, ColumnExpression(_ROW) == ColumnExpression("_wanted"))
    cells = [ColumnExpression(name).cast("VARCHAR") for name in shown]
    rows = found.order(_ROW).select(*cells).fetchall()
    return pd.DataFrame(rows, columns=records.columns, dtype=object), len(among)
