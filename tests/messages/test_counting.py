"""The same counts from every kind of frame."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import spamindex
from spamindex import ColumnError, FigureError, MatchError, OptionsError, SpamIndexError
from spamindex.messages.opening import read_fingerprints
from tests.conftest import Invoke, Write
from tests.messages.tallying import LOG, MESSAGES, columns, messages

ENGINES: dict[str, Any] = {
    "pandas": lambda table: table,
    "polars": lambda table: pl.from_dict(columns(table)),
    "polars lazy": lambda table: pl.from_dict(columns(table)).lazy(),
    "duckdb": lambda table: duckdb.from_df(table),
    "dask": lambda table: optional("dask.dataframe").from_pandas(table, npartitions=2),
    "ibis": lambda table: optional("ibis").memtable(table),
    "pyarrow": lambda table: optional("pyarrow").Table.from_pandas(table),
}


def optional(module: str) -> Any:
    return pytest.importorskip(module, reason="the extra frames is not installed")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of engines
@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_from_every_kind_of_frame(engine: str) -> None:
    table = pd.read_csv(MESSAGES, dtype=str)
    expected = pd.DataFrame(
        {
            "month": ["2010-02"] * 4 + ["2010-03"] * 3,
            "os": ["Windows", "Linux", "Unknown", "macOS", "Windows", "Linux", "Unknown"],
            "messages": [21, 4, 4, 2, 11, 4, 2],
        }
    )
    log = read_fingerprints([LOG])
    question: dict[str, Any] = {
        "client": "client_ip", "fingerprints": log, "time": "time",
        "spam": ("content_type", ["Spam", "Spammy"]), "by": [("time", "month")],
    }  # fmt: skip
    native = ENGINES[engine](table)
    result = spamindex.tally(native, **question)
    assert columns(result.drop(columns="spam_share")) == columns(expected)
    assert result["spam_share"].tolist() == pytest.approx(
        [100 * n / (31 if i < 4 else 17) for i, n in enumerate(expected["messages"])]
    )


def test_typed_columns() -> None:
    table = pd.DataFrame(
        {
            "os": ["Linux", "Linux", None],
            "spam": [True, False, True],
            "at": pd.to_datetime(
                [f"2010-{at}:00:00" for at in ("01-31 23", "02-01 00", "02-01 01")]
            ),
        }
    )
    with_null = pl.from_dict({**columns(table), "os": ["Linux", "Linux", None]})
    for native in (table, with_null, duckdb.from_df(table)):
        result = spamindex.tally(native, spam="spam", by=[("at", "month")])
        assert result["month"].tolist() == ["2010-01", "2010-02"]
        assert result["os"].tolist() == ["Linux", "Unknown"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("cells", [[["Linux"], ["AIX"]], [{"a": 1}, {"a": 2}]])
def test_columns_of_lists_are_refused_where_they_are_asked_for(make: Any, cells: list[Any]) -> None:
    native = make({"os": ["Linux", "AIX"], "tags": cells})
    assert spamindex.tally(native, spam="")["messages"].tolist() == [1, 1]
    with pytest.raises(ColumnError, match="column 'tags' holds lists or structs"):
        spamindex.tally(native, os="tags", spam="")


def test_lists_among_other_cells_are_refused_wherever_they_stand() -> None:
    mixed: list[Any] = ["Linux", 5, None] * 500
    table = spamindex.tally(pd.DataFrame({"os": mixed}), spam="")
    assert table["messages"].tolist() == [500, 500, 500]
    with pytest.raises(ColumnError, match="column 'os' holds lists or structs"):
        spamindex.tally(pd.DataFrame({"os": [*mixed, ["Linux", "AIX"]]}), spam="")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of engines
@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_of_counts_is_refused_in_every_kind_of_frame(engine: str) -> None:
    native = ENGINES[engine](pd.DataFrame({"os": ["Windows 7", "Windows XP"], "x": [900, 26]}))
    with pytest.raises(
        ColumnError, match="each row has its own 'os', beside figures in 'x'.* weight='x'"
    ):
        spamindex.tally(native)
    flagged = ENGINES[engine](pd.DataFrame({"os": ["Linux", "AIX"], "bad": [True, False]}))
    with pytest.raises(ColumnError, match="column 'bad' holds .*: does it say which records are"):
        spamindex.tally(flagged)
    assert spamindex.tally(flagged, spam="")["messages"].tolist() == [1, 1]


def test_what_a_frame_lacks() -> None:
    with pytest.raises(SpamIndexError, match="can't tell which column holds the OS; there are 'x'"):
        spamindex.tally(pd.DataFrame({"x": ["1"]}))
    with pytest.raises(SpamIndexError, match="no column is called 'y'; there are 'os'"):
        spamindex.tally(pd.DataFrame({"os": ["1"]}), by="y")
    with pytest.raises(SpamIndexError, match="records must be a frame"):
        spamindex.tally([1])
    with pytest.raises(SpamIndexError, match="count is messages or machines"):
        spamindex.tally(pd.DataFrame({"os": ["1"]}), count="clients")
    with pytest.raises(MatchError, match="none of 1 record is spam"):
        spamindex.tally(pd.DataFrame({"os": ["1"], "spam": [False]}), spam="spam")


CLUSTERED = pd.DataFrame(
    {
        "os": ["Windows XP", "Windows 7", "Linux", "Linux", "Windows 7", "Linux"],
        "ip": ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
        "campaign": ["a", "a", "a", "b", "b", ""],
        "n": ["1", "2", "1", "3", "1", "1"],
    }
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ENGINES)
def test_clusters_weights_and_machines_from_every_kind_of_frame(engine: str) -> None:
    """By hand: of clusters of 4, 4 and 1 messages, Windows has 3, 1 and 0 of 4 in all, of 9.

    Its variance is 3/2 of (3 - 16/9)² + (1 - 16/9)² + (4/9)², over 9²; divided by 4/9 · 5/9 ÷ 9.
    """
    native = ENGINES[engine](CLUSTERED)
    result = spamindex.tally(native, weight="n", cluster="campaign")
    assert columns(result[["os", "messages", "clusters"]]) == {
        "os": ["Linux", "Windows"], "messages": [5, 4], "clusters": [3, 3]
    }  # fmt: skip
    variance = 1.5 * ((3 - 16 / 9) ** 2 + (1 - 16 / 9) ** 2 + (4 / 9) ** 2) / 81
    expected = variance / (4 / 9 * 5 / 9 / 9)
    assert result["design_effect"].tolist() == pytest.approx([expected, expected], rel=1e-12)
    assert "each a cluster of its own: 1 record without one" in result.attrs["read"]
    machines = spamindex.tally(ENGINES[engine](CLUSTERED), count="machines")
    assert machines["machines"].tolist() == [2, 2]


TIMES = [
    [
        "2010-02-28T23:30:00-01:00", "1267403400", "1267403400000", "2010-03-01 00:30:00.5 UTC",
        "2010-03-01 12:30:00 PM +0200", "2010-02-28 08:30 PM -0400", "2010-03-01T23:59:59Z",
    ],
    ["2010/03/01 12:30:00 AM", "2010-03-01", "2010-03-01 11:30:00 PM", " 2010-03-01T00:00"],
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ENGINES)
def test_times_in_every_form_from_every_kind_of_frame(engine: str) -> None:
    for times in TIMES:
        table = pd.DataFrame({"os": ["Linux"] * len(times), "at": times})
        result = spamindex.tally(
            ENGINES[engine](table), by=["at:day", "at:week", "at:month", "at:quarter"]
        )
        assert columns(result[["day", "week", "month", "quarter", "messages"]]) == {
            "day": ["2010-03-01"], "week": ["2010-W09"], "month": ["2010-03"],
            "quarter": ["2010-Q1"], "messages": [len(times)],
        }  # fmt: skip
    mixed = pd.DataFrame({"os": ["Linux"] * 2, "at": ["2010-03-01T00:00:00Z", "2010-03-01 00:00"]})
    with pytest.raises(FigureError, match="'2010-03-01 00:00' has no time zone, so its day is"):
        spamindex.tally(ENGINES[engine](mixed), by="at:month")
    blank = pd.DataFrame({"os": ["Linux"] * 2, "at": ["2010-03-01", ""]})
    read = spamindex.tally(ENGINES[engine](blank), by="at:month").attrs["read"]
    assert "counted apart, with nothing in column 'at': 1 record" in read


@pytest.mark.parametrize("given", [{"time": "t"}, {"fresh": "7d"}, {"client": "ip"}])
def test_what_is_asked_of_fingerprints_needs_some(given: dict[str, Any]) -> None:
    with pytest.raises(OptionsError, match=f"{next(iter(given))}=... needs fingerprints=..."):
        spamindex.tally(
            pd.DataFrame({"os": ["Linux"], "ip": ["192.0.2.1"], "t": ["2010-02-01"]}), **given
        )


@pytest.mark.parametrize(
    ("names", "complaint"), [([0, 1], "a column 0: names"), (["os", "os"], "two columns of one")]
)
def test_columns_whose_names_can_not_be_told_are_refused(names: list[Any], complaint: str) -> None:
    with pytest.raises(ColumnError, match=complaint):
        spamindex.tally(pd.DataFrame([["Linux", "a"]], columns=names))


def test_times_that_spark_writes_are_in_utc(invoke: Invoke, write: Write) -> None:
    optional("pyarrow")
    log = write(
        "p0f.log",
        "".join(
            f"[2010/02/01 {hour}:00:00] mod=syn|cli=192.0.2.1/4|srv=192.0.2.9/25|subj=cli|os={os}|d|\n"
            for hour, os in ((10, "Windows XP"), (12, "Linux 3.x"))
        ),
    )
    at = pd.Series([pd.Timestamp("2010-02-01 11:30")])
    pd.DataFrame({"ip": ["192.0.2.1"], "time": at}).to_parquet(
        "r.parquet", use_deprecated_int96_timestamps=True
    )
    result = invoke("tally", "r.parquet", "--fingerprints", log)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "relates to UTC, the times in the log don't" in result.stderr
    result = invoke("tally", "r.parquet", "--fingerprints", log, "--log-zone", "Europe/Berlin")
    assert messages(result.stdout) == [["Linux", "1"]]


def test_times_that_are_all_midnight() -> None:
    table = pd.DataFrame({"os": ["Linux"], "at": pd.to_datetime(["2010-02-02"])})
    for native in (table, table.assign(at=table["at"].dt.tz_localize("Europe/Berlin"))):
        result = spamindex.tally(native, spam="", by="at:month")
        assert result["month"].tolist() == ["2010-02"]
