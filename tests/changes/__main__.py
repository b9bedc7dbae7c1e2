"""``python -m tests.changes`` prints how many changed tables are read, refused, or wrong."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

from tabulate import tabulate

from tests.changes.inputs import ORDER, pairs, singles
from tests.changes.originals import originals
from tests.changes.sheet import Sheet
from tests.changes.verdict import OUTCOMES, Verdict, judge

SEEDS, PAIRS = range(2), 3_000


def table(verdicts: list[tuple[Sheet, Verdict]]) -> str:
    """What came of the tables by kind of change, alone and in pairs, as a Markdown table."""
    counts: dict[str, tuple[Counter[str], Counter[str]]] = defaultdict(
        lambda: (Counter(), Counter())
    )
    for sheet, verdict in verdicts:
        for kind in [*sheet.kinds, "all"] if sheet.kinds else ["no change"]:
            counts[kind][len(sheet.kinds) > 1][verdict.outcome] += 1
    rows = [
        [
            kind,
            *(
                count
                for counted in counts[kind]
                for count in (counted.total(), *(counted[o] for o in OUTCOMES))
            ),
        ]
        for kind in ["no change", *ORDER, "all"]
    ]
    heads = ["change", "alone", *OUTCOMES, "with another", *OUTCOMES]
    return tabulate(rows, heads, "github") + "\n"


def main() -> int:
    """Print the table, and each one that is wrong; with ``-v`` each input that was not read."""
    shown = OUTCOMES[1:] if "-v" in sys.argv else OUTCOMES[3:]
    verdicts = [(sheet, judge(sheet)) for sheet in (*originals(), *singles(SEEDS), *pairs(PAIRS))]
    for sheet, verdict in verdicts:
        if verdict.outcome in shown:
            text = sheet.content()[:600].decode(
                sheet.encoding if sheet.form != "xlsx" else "latin-1", "replace"
            )
            body = (
                text if sheet.form != "xlsx" else "\n".join(",".join(row) for row in sheet.lines())
            )
            sys.stdout.write(
                f"\n== {verdict.outcome}: {sheet.name}: {', '.join(sheet.kinds)} "
                f"{sheet.asked()}\n{body}\n-- {verdict.said}\n"
            )
    sys.stdout.write(table(verdicts))
    return any(verdict.outcome == "wrong" for _, verdict in verdicts)


if __name__ == "__main__":
    sys.exit(main())
