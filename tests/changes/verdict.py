"""What came of reading a changed table, against the right shares of the known one."""

from __future__ import annotations

import io
import math
from collections import defaultdict
from dataclasses import replace
from typing import Literal, NamedTuple

from spamindex.errors import Findings, SpamIndexError
from spamindex.tables.options import TableOptions
from spamindex.tables.shares import Reading, read_table
from tests.changes.sheet import Sheet

Outcome = Literal["read", "warned", "unmatched", "refused", "wrong"]
OUTCOMES: tuple[Outcome, ...] = ("read", "warned", "unmatched", "refused", "wrong")


class Verdict(NamedTuple):
    """What came of it, and what was said."""

    outcome: Outcome
    said: str
    error: SpamIndexError | None = None


def options_of(sheet: Sheet) -> TableOptions:
    """How the table is to be read, as its user knows."""
    asked = sheet.asked()
    if sheet.column:
        asked["column"] = sheet.columns[sheet.column]
    return replace(TableOptions(of="market")).with_fields(asked)


def judge(sheet: Sheet, options: TableOptions | None = None) -> Verdict:
    """Read a table, and compare.

    Read: the right shares, and no others. Warned: others, and a warning, which ``--strict`` makes
    an error. Unmatched: others, and a name that the known table has not, so that ``compute`` warns
    that the other table lacks it. Refused: an error. Wrong: everything else, a traceback too.
    """
    source = io.BytesIO(sheet.content())
    source.name = "table"
    try:
        reading = read_table(source, options or options_of(sheet))
    except SpamIndexError as error:
        return Verdict("refused", str(error), error)
    except Exception as error:
        return Verdict("wrong", f"{type(error).__name__}: {error}")
    findings: Findings = reading.findings
    said = f"{findings.note(always=True)} | warning: {findings.warning()}"
    found = _found(reading)
    if found is not None and any(
        _same(found, _expected(right, reading)) for right in (sheet.right, sheet.right_too) if right
    ):
        return Verdict("read", said)
    if findings.doubts:
        return Verdict("warned", f"{said} | {found}")
    right = _expected(sheet.right or sheet.known(), reading)
    unmatched = [
        key for key in found or () if key not in right and reading.names.rest(key[-1]) is None
    ]
    return Verdict("unmatched" if unmatched else "wrong", f"{said} | {found}")


def _found(reading: Reading) -> dict[tuple[str, ...], float] | None:
    frame, names = reading.shares, reading.names
    by = [frame[i] for i in range(len(reading.by))]
    keys = [
        (*map(str, labels), names.canonical(os))
        for *labels, os in zip(*by, frame["os"], strict=True)
    ]
    found = dict(zip(keys, frame["share"].tolist(), strict=True))
    return found if len(found) == len(keys) else None


def _expected(
    right: dict[tuple[str, ...], float], reading: Reading
) -> dict[tuple[str, ...], float]:
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for (*by, os), share in right.items():
        sums[*by, reading.names.canonical(os)] += share
    return sums


def _same(found: dict[tuple[str, ...], float], right: dict[tuple[str, ...], float]) -> bool:
    return found.keys() == right.keys() and all(
        math.isclose(share, right[key], rel_tol=1e-6, abs_tol=1e-12) for key, share in found.items()
    )
