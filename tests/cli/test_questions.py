"""What a ranking is asked: five times what? and what if some of it was relayed?"""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

from spamindex import (
    FigureError,
    MatchError,
    SpamIndexWarning,
    reattribute,
    relative_index,
    spam_index,
)
from tests.conftest import SHARE, SPAM, Invoke, Write


def table(**shares: float) -> pd.DataFrame:
    return pd.DataFrame({"os": list(shares), "share": list(shares.values())})


SPAM_TABLE = table(Linux=5.14, Windows=92.65, Mac=0.001, Other=2.209)
MARKET_TABLE = table(Linux=1.03, Windows=91.58, Mac=5.34, Other=2.05)


def test_relative_to_a_baseline(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "--baseline", "MS Windows")
    assert (
        result.stdout
        == """\
OS          Spam %    Market %    Spam index    Relative    Break-even %
--------  --------  ----------  ------------  ----------  --------------
Linux         5.14        1.03          4.99        4.93           78.84
Other         2.22        2.05          1.08        1.07            6.43
Windows      92.65       91.58          1.01        1.00
Mac OS X      0.00        5.34          0.00        0.00
"""
    )
    rows = json.loads(invoke("compute", SPAM, SHARE, "--baseline", "windows", "-f", "json").stdout)
    assert list(rows[0])[-2:] == ["relative", "break_even"]
    assert rows[0]["relative"] == pytest.approx(4.932659188196522, rel=1e-12)
    assert rows[0]["break_even"] == pytest.approx(78.841, abs=0.001)
    assert rows[2]["relative"] == 1.0
    assert rows[2]["break_even"] is None
    assert rows[3]["break_even"] is None


def test_moving_the_break_even_percent_makes_two_indexes_equal() -> None:
    ranking = relative_index(spam_index(SPAM_TABLE, MARKET_TABLE), "Windows")
    for os, percent in zip(ranking["os"], ranking["break_even"], strict=True):
        if math.isnan(percent):
            continue
        moved = reattribute(SPAM_TABLE, [(os, "Windows", percent)])
        index = spam_index(moved, MARKET_TABLE).set_index("os")["spam_index"]
        assert index[os] == pytest.approx(index["Windows"], rel=1e-12)


def test_a_baseline_of_each_ranking() -> None:
    ranking = pd.DataFrame(
        {
            "month": ["1", "1", "2", "2"],
            "os": ["Linux", "Windows", "Linux", "Windows"],
            "spam_share": [20.0, 80.0, 40.0, 60.0],
            "market_share": [10.0, 90.0, 10.0, 90.0],
            "spam_index": [2.0, 80 / 90, 4.0, 60 / 90],
        }
    )
    relative = relative_index(ranking, "windows", by=["month"])["relative"].tolist()
    assert relative == pytest.approx([2.25, 1.0, 6.0, 1.0])
    with pytest.warns(SpamIndexWarning, match="no relative index in 2:"):
        found = relative_index(ranking.head(3), "Windows", by=["month"])["relative"]
    assert found.isna().tolist() == [False, False, True]


def test_a_baseline_that_is_not_ranked_is_an_error(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "--baseline", "Haiku")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: the baseline 'Haiku' is not ranked; choose among Linux, Other, Windows, Mac OS X"
    ]


def test_no_number_of_times_nothing() -> None:
    ranking = spam_index(table(a=0, b=50, c=50), table(a=10, b=40, c=50))
    assert relative_index(ranking, "a")["relative"].isna().all()


def test_a_what_if_says_that_it_is_one(invoke: Invoke) -> None:
    move = ("--reattribute", "Linux", "windows", "40")
    result = invoke("compute", SPAM, SHARE, *move)
    assert result.stdout.splitlines()[:4] == [
        "What if 40 % of Linux's spam were windows's?",
        "",
        "OS          Spam %    Market %    Spam index",
        "--------  --------  ----------  ------------",
    ]
    assert "Linux         3.08        1.03          2.99" in result.stdout
    assert "Windows      94.71       91.58          1.03" in result.stdout
    result = invoke("compute", SPAM, SHARE, *move, "-f", "csv")
    assert result.stdout.startswith("os,spam_share,")
    assert result.complaints == ["note: What if 40 % of Linux's spam were windows's?"]


def test_moves_go_in_order_and_to_names_without_a_row() -> None:
    moves = [("a", "b", 50), ("b", "c", 25)]
    moved = reattribute(table(a=40, b=60), moves, market=table(a=1, b=1, c=98))
    assert moved.to_dict("list") == {"os": ["a", "b", "c"], "share": [20.0, 60.0, 20.0]}
    assert reattribute(table(a=40), [("A", "a", 50)]).to_dict("list") == {
        "os": ["a"],
        "share": [40.0],
    }


def test_each_ranking_has_its_own_move() -> None:
    spam = pd.DataFrame(
        {"month": ["1", "1", "2"], "os": ["a", "b", "a"], "share": [10.0, 90.0, 20.0]}
    )
    moved = reattribute(spam, [("a", "b", 50)], by=["month"])
    assert moved.to_dict("list") == {
        "month": ["1", "1", "2", "2"],
        "os": ["a", "b", "a", "b"],
        "share": [5.0, 95.0, 10.0, 10.0],
    }


def test_what_can_not_be_moved(invoke: Invoke) -> None:
    with pytest.raises(MatchError, match="'Haiku' has no spam share to move"):
        reattribute(SPAM_TABLE, [("Haiku", "Linux", 5)])
    with pytest.raises(FigureError, match="150 is not a percent of Linux's spam"):
        reattribute(SPAM_TABLE, [("Linux", "Windows", 150)])
    assert invoke("compute", SPAM, SHARE, "--reattribute", "Linux", "Mac", "101").exit_code == 2


def test_a_hostile_name_in_a_what_if_is_made_harmless(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,share\n<b>x\x1b,50\nLinux,50\n")
    options = ("--reattribute", "<b>x\x1b", "Linux", "10", "-f")
    assert r"What if 10 \% of" in invoke("compute", spam, SHARE, *options, "latex").stdout
    for style in ("html", "unsafehtml", "github"):
        text = invoke("compute", spam, SHARE, *options, style).stdout
        assert "<b>" not in text
        assert "\x1b" not in text
