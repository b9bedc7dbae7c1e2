"""Indexes against a baseline's, and shares as if some spam had come from another OS."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from spamindex import ColumnError, FigureError, MatchError, reattribute, relative_index, spam_index
from spamindex.errors import Findings
from tests.conftest import SHARE, SPAM, Invoke, Write, said
from tests.ranking.test_sampling import COUNTS, bounds, rows


def moved(spam: pd.DataFrame, *moves: tuple[str, str, float]) -> dict[str, float]:
    found = reattribute(spam, moves)
    return dict(zip(found["os"], found["share"], strict=True))


TABLE = pd.DataFrame({"os": ["Linux", "Windows"], "share": [5.0, 95.0]})


def test_reattributed_spam_takes_its_messages_along(invoke: Invoke, write: Write) -> None:
    counts = write("counts.csv", COUNTS)
    moved = write("moved.csv", "os,messages\nLinux,257\nWindows,9522\nMac OS X,0\nOther,221\n")
    what_if = rows(
        invoke, counts, SHARE, "--confidence", "95", "--reattribute", "Linux", "windows", "50"
    )
    for os, row in rows(invoke, moved, SHARE, "--confidence", "95").items():
        assert bounds(what_if[os]) == pytest.approx(bounds(row))


def test_reattributed_spam_takes_its_rounding_along(invoke: Invoke) -> None:
    found = rows(invoke, SPAM, SHARE, "--rounding", "--reattribute", "Linux", "Other", "100")
    assert bounds(found["Linux"]) == [0, 0]


def test_a_ranking_without_the_baseline_is_said(invoke: Invoke) -> None:
    visits = str(Path(SHARE).parent / "visits.csv")
    options = ("--by", "browser", "--period", "all", "--family", "--baseline", "Windows")
    result = invoke("compute", SPAM, visits, *options, "--share-unit", "count", "-f", "json")
    assert result.exit_code == 0
    assert "no relative index in Safari: 'Windows' is not ranked there" in result.stderr
    alone = [row for row in json.loads(result.stdout) if row["browser"] == "Safari"]
    assert [(row["os"], row["relative"], row["break_even"]) for row in alone] == [
        ("Mac OS X", None, None)
    ]


def test_spam_moves_by_any_name_and_one_move_after_the_other() -> None:
    assert moved(TABLE, ("GNU/Linux", "win", 40)) == {"Linux": 3.0, "Windows": 97.0}
    assert moved(TABLE, ("Linux", "Windows", 100), ("Windows", "Linux", 50)) == {
        "Linux": 50.0,
        "Windows": 50.0,
    }
    assert moved(TABLE, ("Linux", "gnu/linux", 40)) == {"Linux": 5.0, "Windows": 95.0}


def test_spam_moves_to_an_os_that_the_market_alone_has_under_its_name_there() -> None:
    market = pd.DataFrame({"os": ["Mac OS X"], "share": [100.0]})
    found = reattribute(TABLE, [("Windows", "macOS", 10)], market=market)
    assert found.to_dict("list") == {
        "os": ["Linux", "Windows", "Mac OS X"], "share": [5.0, 85.5, 9.5]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("giver", "taker", "fault"),
    [
        ("Linux", "Windwos", "'Windwos' is in neither table; did you mean Windows?"),
        ("Linux", "Plan 9", "'Plan 9' is in neither table; choose among Linux, Windows, macOS"),
        ("Linus", "Windows", "'Linus' has no spam share to move; did you mean Linux?"),
        ("macOS", "Windows", "'macOS' has no spam share to move; choose among Linux, Windows"),
    ],
)
def test_an_os_that_no_table_has_is_refused_with_what_was_meant(
    giver: str, taker: str, fault: str
) -> None:
    market = pd.DataFrame({"os": ["macOS"], "share": [100.0]})
    with pytest.raises(MatchError) as caught:
        reattribute(TABLE, [(giver, taker, 40)], market=market)
    assert caught.value.faults == (fault,)


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan")])
def test_what_is_no_percent_is_not_moved(percent: float) -> None:
    with pytest.raises(FigureError, match="is not a percent of Linux's spam"):
        reattribute(TABLE, [("Linux", "Windows", percent)])


def test_spam_moves_within_each_ranking_that_has_it_and_the_tables_given_stay() -> None:
    spam = pd.DataFrame(
        {
            0: ["a", "a", "b", "c", None, None],
            "os": ["Linux", "Windows", "Linux", "Windows", "Linux", "Windows"],
            "share": [10, 90, 100, 100, 20, 80],
            "count": [1, 9, 10, 10, 2, 8],
            "total": 10,
            "half": 0.5,
        }
    )
    before = spam.copy()
    found = reattribute(spam, [("Linux", "Windows", 50)], by=[0])
    assert found["share"].tolist() == [5, 95, 50, 100, 10, 90, 50]
    assert found["count"].tolist() == [0.5, 9.5, 5, 10, 1, 9, 5]
    assert found["half"].tolist() == [0.25, 0.75, 0.25, 0.5, 0.25, 0.75, 0.25]
    assert found["total"].tolist() == [10] * 7
    assert found[0].tolist()[:4] == ["a", "a", "b", "c"]
    assert found[0].tolist()[6] == "b"
    assert found["os"].tolist()[6] == "Windows"
    pd.testing.assert_frame_equal(spam, before)


def test_a_users_column_may_be_called_like_what_moves() -> None:
    spam = TABLE.assign(half=["2010H1", "2010H1"])
    found = reattribute(spam, [("Linux", "Windows", 40)], by="half")
    assert found["share"].tolist() == [3, 97]
    assert found["half"].tolist() == ["2010H1", "2010H1"]


def test_a_row_that_gets_spam_has_the_larger_design_effect() -> None:
    spam = TABLE.assign(count=[50.0, 950.0], total=1000.0, design_effect=[4.0, 9.0], clusters=40.0)
    to_windows = reattribute(spam, [("Linux", "Windows", 40)])
    assert to_windows["design_effect"].tolist() == [4.0, 9.0]
    to_linux = reattribute(spam, [("Windows", "Linux", 40)])
    assert to_linux["design_effect"].tolist() == [9.0, 9.0]
    assert to_linux["clusters"].tolist() == [40.0, 40.0]


def test_what_is_not_ranked_is_no_baseline() -> None:
    ranking = spam_index(TABLE, pd.DataFrame({"os": ["Linux", "Windows"], "share": [1.0, 99.0]}))
    with pytest.raises(MatchError) as caught:
        relative_index(ranking, "Windwos")
    assert caught.value.faults == ("the baseline 'Windwos' is not ranked; did you mean Windows?",)
    with pytest.raises(MatchError, match="'BeOS' is not ranked; choose among Linux, Windows"):
        relative_index(ranking, "BeOS")


def test_each_ranking_has_its_own_baseline() -> None:
    ranking = pd.DataFrame(
        {
            "messages": ["a", "a", "b", "b", "c"],  # of a user's, and called so
            "os": ["x", "y", "y", "x", "x"],
            "spam_share": [40.0, 60, 20, 80, 100],
            "market_share": [20.0, 80, 50, 50, 100],
            "spam_index": [2.0, 0.75, 0.4, 1.6, 1],
        }
    )
    findings = Findings("ranking")
    found = relative_index(ranking, "y", by=["messages"], findings=findings)
    assert found["relative"].tolist()[:4] == pytest.approx([2 / 0.75, 1, 1, 4])
    assert found["relative"].isna().tolist() == [False] * 4 + [True]
    # 100·(40·80 - 60·20) ÷ (100·40) and 100·(80·50 - 20·50) ÷ (100·80)
    assert found["break_even"].tolist() == pytest.approx(
        [50, float("nan"), float("nan"), 37.5, float("nan")], nan_ok=True
    )
    told = [doubt.text for doubt in findings.doubts]
    assert told == ["no relative index in c: 'y' is not ranked there"]
    message = "ranking: no relative index in c: 'y' is not ranked there"
    with said(f"{message} (where=... leaves such rankings out)"):
        relative_index(ranking, "y", by=["messages"])


def test_a_column_that_is_missing_is_named() -> None:
    ranking = spam_index(TABLE, pd.DataFrame({"os": ["Linux", "Windows"], "share": [1.0, 99.0]}))
    with pytest.raises(ColumnError) as caught:
        relative_index(ranking.drop(columns="spam_share"), "Linux")
    assert caught.value.faults == (
        "the ranking has no column 'spam_share'; there are os, market_share, spam_index",
    )
    with pytest.raises(ColumnError, match="the ranking has no column 'month'"):
        relative_index(ranking, "Linux", by="month")
    with pytest.raises(ColumnError, match="the table of spam shares has no column 'share'"):
        reattribute(TABLE.drop(columns="share"), [("Linux", "Windows", 5)])
