"""`spamindex compute --by` on tables of a million rows each, and intervals for many rankings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from timing import DUCKDB, OURS, PANDAS, Comparison, miller

SYSTEMS = ["Windows", "Linux", "macOS", "Android", "iOS", "ChromeOS", "FreeBSD", "Symbian",
           "Unknown", "Other"]  # fmt: skip
SCRIPT = str(Path(__file__).parent / "pandas_long.py")
ROWS = 1_000_000
RANKINGS = 1000  # of ten systems each, for which intervals are computed
MONTHS = 500
QUERY = """
    copy (
        select spam.country, spam.month, spam.os, spam_share, market_share,
               spam_share / market_share as spam_index
        from read_csv('{}') spam join read_csv('{}') share using (country, month, os)
        order by spam.country, spam.month, spam_index desc) to '/dev/stdout' (format csv)
"""


def write_table(path: Path, column: str, rows: int, months: int, seed: int, whole: int = 1) -> None:
    """Write shares with two decimals that add up to 100 in each month of each country.

    With ``whole`` counts, which add up to so many times 10,000.
    """
    rng = random.Random(seed)
    with path.open("w") as file:
        file.write(f"country,month,os,{column}\n")
        for ranking in range(rows // len(SYSTEMS)):
            country, month = divmod(ranking, months)
            weights = [rng.random() ** 3 for _ in SYSTEMS]
            parts = [1 + int(9900 * weight / sum(weights)) for weight in weights]
            parts[0] += 10_000 - sum(parts)
            period = f"{1980 + month // 12}-{month % 12 + 1:02}"
            file.writelines(
                f"C{country},{period},{os},{part * whole if whole > 1 else f'{part / 100:.2f}'}\n"
                for os, part in zip(SYSTEMS, parts, strict=True)
            )


def comparisons(folder: Path, scale: float) -> Iterator[Comparison]:
    """Tables over many months, over one, and of counts."""
    rows = int(ROWS * scale)
    by = ["--by", "country", "--by", "month", "-f", "csv"]
    ours = [OURS.path, "compute"]
    many, one = (_written(folder / name, rows, m) for name, m in (("many", MONTHS), ("one", 1)))
    yield Comparison(
        f"`compute --by country --by month` on two tables of {rows:,} rows",
        {
            "spamindex": [*ours, *many, *by],
            "spamindex on one month": [*ours, *one, *by],
            f"{PANDAS}, a bare script": [PANDAS.python, SCRIPT, *many],
            f"{DUCKDB}": [DUCKDB.path, "-c", QUERY.format(*many)],
            miller(): ["mlr", "--icsv", "--ocsv", "join", "-j", "country,month,os", "-f", many[0],
                       "then", "put", "$spam_index = $spam_share / $market_share",
                       "then", "sort", "-f", "country,month", "-nr", "spam_index", many[1]],
        },
    )  # fmt: skip
    counts = _written(folder / "counts", int(RANKINGS * scale) * len(SYSTEMS), MONTHS, whole=7)
    yield Comparison(
        f"`--confidence 95` for {RANKINGS * scale:,.0f} rankings of ten, all counted",
        {
            "spamindex": [*ours, *counts, *by, "--confidence", "95"],
            "spamindex without it": [*ours, *counts, *by],
        },
        3,
    )


def _written(folder: Path, rows: int, months: int, whole: int = 1) -> list[str]:
    folder.mkdir()
    paths = [folder / "spam.csv", folder / "share.csv"]
    names = ("messages", "visits") if whole > 1 else ("spam_share", "market_share")
    for seed, (path, name) in enumerate(zip(paths, names, strict=True), start=1):
        write_table(path, name, rows, months, seed, whole)
    return list(map(str, paths))
