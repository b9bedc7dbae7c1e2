"""Intervals and rounding ranges of a whole ranking, and where their counts come from."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spamindex import (
    ColumnError,
    FigureError,
    MatchError,
    UnitError,
    read_shares,
    rounding_ranges,
    sampling_intervals,
    spam_index,
)
from spamindex.errors import Findings
from tests.conftest import SHARE, SPAM, Invoke, Write, said

COUNTS = "os,messages\nLinux,514\nWindows,9265\nMac OS X,0\nOther,221\n"


def rows(invoke: Invoke, *args: str) -> dict[str, dict[str, Any]]:
    result = invoke("compute", *args, "-f", "json")
    assert result.exit_code == 0, result.stderr
    return {row["os"]: row for row in json.loads(result.stdout)}


def bounds(row: dict[str, Any], *names: str) -> list[float]:
    return [row[name] for name in names or ("low", "high")]


def test_the_published_example_with_its_rounding_range(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "--baseline", "Windows", "--rounding")
    assert result.stdout.splitlines()[2].split() == [
        "Linux", "5.14", "1.03", "4.99", "4.96", "5.02", "4.93", "78.84"
    ]  # fmt: skip


def test_the_range_of_each_figure_is_that_of_its_own_digits(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", "os,share\na,5\nb,94.999\nc,0.001\n")
    share = write("share.csv", "os,share\na,10.0\nb,89\nc,0\n")
    found = rows(invoke, spam, share, "--rounding")
    assert bounds(found["a"]) == pytest.approx([4.5 / 10.05, 5.5 / 9.95])
    assert bounds(found["b"]) == pytest.approx([94.9985 / 89.5, 94.9995 / 88.5])
    assert bounds(found["c"]) == [pytest.approx(0.0005 / 0.5), None]


def test_the_range_of_fractions_decimal_commas_and_added_versions(
    invoke: Invoke, write: Write
) -> None:
    spam = write("spam.csv", "os;share\nWindows 7;0,50\nWindows XP;0,2\nLinux;0,30\n")
    share = write("share.csv", "os,share\nWindows,60%\nLinux,40%\n")
    found = rows(invoke, spam, share, "--rounding", "--family")
    assert bounds(found["Windows"]) == pytest.approx([(70 - 5.5) / 60.5, (70 + 5.5) / 59.5])
    assert bounds(found["Linux"]) == pytest.approx([29.5 / 40.5, 30.5 / 39.5])


def test_a_range_does_not_go_below_zero() -> None:
    ranking = pd.DataFrame(
        {"spam_share": [0.0], "market_share": [0.3], "spam_half": [0.5], "market_half": [0.3]}
    )
    found = rounding_ranges(ranking)
    assert found["low"].tolist() == [0]
    assert found["high"].isna().all()


def test_counts_are_not_rounded(invoke: Invoke, write: Write) -> None:
    result = invoke("compute", write("counts.csv", COUNTS), SHARE, "--rounding")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "counts.csv: column 'messages': holds counts, which are not rounded" in result.stderr


@pytest.mark.parametrize(
    ("spam", "options"),
    [
        (COUNTS, ()),
        ("os,spam_share,messages\nLinux,5.14,514\nWindows,92.65,9265\nOther,2.21,221\n", ()),
        ("os,spam_share\nLinux,5.14\nWindows,92.65\n", ("--spam-total", "10000")),
        ("os,spam_share,messages\nLinux,5.14,514\nWindows,92.65,9265\n", ()),
        ("os,fraction,messages\nLinux,.0514,514\nWindows,.9265,9265\nb,.0221,221\n", ()),
    ],
    ids=["counts", "beside shares", "sample size", "beside the first shares", "beside fractions"],
)  # fmt: skip
def test_three_ways_to_give_counts(
    invoke: Invoke, write: Write, spam: str, options: tuple[str, ...]
) -> None:
    found = rows(invoke, write("spam.csv", spam), SHARE, "--confidence", "95", *options)
    assert bounds(found["Linux"]) == pytest.approx([4.58658495, 5.42744644], rel=1e-8)


def test_without_counts_it_says_how_to_give_them(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "--confidence", "95")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.complaints) == 1
    assert "give counts, or a column 'messages' beside the shares" in result.complaints[0]
    ranking = pd.DataFrame(
        {"os": ["a"], "spam_share": [5.0], "market_share": [1.0], "spam_index": [5.0]}
    )
    with pytest.raises(FigureError) as caught:
        sampling_intervals(ranking, 95)
    assert [remedy.field for remedy in caught.value.settles] == ["total", "rounding"]
    assert caught.value.settles[0].of == "spam"


def test_counted_market_shares(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", "os,messages\na,360\nb,40\n")
    share = write("share.csv", "os,visits\na,160\nb,640\n")
    counted = bounds(rows(invoke, spam, share, "--confidence", "95")["a"])
    shares = write("shares.csv", "os,share\na,20\nb,80\n")
    beside = write("beside.csv", "os,share,visits\na,20,160\nb,80,640\n")
    sized = rows(invoke, spam, shares, "--confidence", "95", "--share-total", "800")
    assert bounds(sized["a"]) == counted
    assert bounds(rows(invoke, spam, beside, "--confidence", "95")["a"]) == counted
    known = bounds(rows(invoke, spam, shares, "--confidence", "95")["a"])
    assert counted[0] < known[0] < 4.5 < known[1] < counted[1]


def test_relative_intervals(invoke: Invoke, write: Write) -> None:
    counts = write("counts.csv", COUNTS)
    found = rows(invoke, counts, SHARE, "--confidence", "95", "--baseline", "Windows")
    assert list(found["Linux"])[3:] == [
        "spam_index", "low", "high", "interval",
        "relative", "relative_low", "relative_high", "break_even",
    ]  # fmt: skip
    relative = bounds(found["Linux"], "relative_low", "relative_high")
    assert relative == pytest.approx([4.51358361859291, 5.3906449338108615], rel=1e-9)
    assert bounds(found["Windows"], "relative", "relative_low", "relative_high") == [1, 1, 1]
    # z²·91.58 ÷ (9265·5.34)
    none = bounds(found["Mac OS X"], "relative", "relative_low", "relative_high")
    assert none == [0, 0, pytest.approx(0.0071106637)]
    of_none = rows(invoke, counts, SHARE, "--confidence", "95", "--baseline", "Mac")["Linux"]
    assert bounds(of_none, "relative", "relative_low", "relative_high") == [None, None, None]


def test_relative_intervals_where_both_are_counted(invoke: Invoke, write: Write) -> None:
    share = write("share.csv", "os,visits\nLinux,103\nWindows,9158\nMac OS X,534\nOther,205\n")
    counts = write("counts.csv", COUNTS)
    found = rows(invoke, counts, share, "--confidence", "95", "--baseline", "Windows")
    low, high = bounds(found["Linux"], "relative_low", "relative_high")
    # 2·asinh(1.96/2·√(1/514 + 1/9265)) is 0.088787, that of 103 and 9158 0.193900; the root of
    # the sum of their squares 0.213261.
    assert [low, high] == pytest.approx([3.985318, 6.105192], rel=1e-6)


def test_intervals_that_hold_together_are_those_of_each_ranking(
    invoke: Invoke, write: Write
) -> None:
    spam = write(
        "spam.csv", "month,os,messages\n1,Linux,50\n1,iOS,50\n2,Linux,50\n2,iOS,25\n2,AIX,25\n"
    )
    share = write("share.csv", "os,share\nLinux,40\niOS,40\nAIX,20\n")

    def low(*options: str) -> list[float]:
        result = invoke("compute", spam, share, "--by", "month", "-f", "jsonl", *options)
        return [
            row["low"]
            for row in map(json.loads, result.stdout.splitlines())
            if row["os"] == "Linux"
        ]

    together = low("--confidence", "90", "--simultaneous", "--top", "2")
    assert together[0] == pytest.approx(low("--confidence", "95")[0])
    assert together[1] == pytest.approx(low("--confidence", str(100 - 10 / 3))[1])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("os,share,messages\na,50,10\nb,50,30\n",
         "x.csv:2: the counts under 'messages' are not in proportion to the shares under 'share'"),
        ("os,share,messages\na,50,x\nb,50,n/a\n", "the number of messages or machines behind the spam shares is not known"),
        ("os,share,messages\na,50,1.5\nb,50,1.5\n", "'messages': not all are whole"),
    ],
)  # fmt: skip
def test_counts_that_are_none(invoke: Invoke, write: Write, content: str, complaint: str) -> None:
    spam = write("x.csv", content)
    share = write("share.csv", "os,share\na,40\nb,60\n")
    result = invoke("compute", spam, share, "--confidence", "95")
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr
    named = invoke("compute", spam, share, "--spam-column", "share", "-f", "csv")
    assert named.stdout.splitlines()[1:] == ["a,50.0,40.0,1.25", "b,50.0,60.0,0.8333333333333334"]


def test_amounts_that_are_no_counts_have_no_interval(invoke: Invoke, write: Write) -> None:
    share = write("share.csv", "os,users\nLinux,1.5\nWindows,90.25\n")
    options = ("--share-unit", "count", "--confidence", "95", "--spam-total", "100")
    result = invoke("compute", SPAM, share, *options)
    assert result.exit_code == 1
    assert "not all are whole" in result.stderr


def test_a_sample_size_beside_counts_is_refused(invoke: Invoke, write: Write) -> None:
    counts = write("counts.csv", COUNTS)
    result = invoke("compute", counts, SHARE, "--confidence", "95", "--spam-total", "9")
    assert result.exit_code == 1
    assert "holds counts already" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--spam-total", "9"),
        ("--share-total", "9"),
        ("--simultaneous",),
        ("--confidence", "95", "--rounding"),
        ("--confidence", "0.95"),
        ("--confidence", "100"),
    ],
)
def test_options_that_would_change_nothing_are_refused(
    invoke: Invoke, options: tuple[str, ...]
) -> None:
    result = invoke("compute", SPAM, SHARE, *options)
    assert (result.exit_code, result.stdout) == (2, "")


def test_counts_beside_the_first_few_shares_are_of_a_larger_total(
    invoke: Invoke, write: Write
) -> None:
    spam = write("spam.csv", "os,share,messages\nWindows,90.00,9000\nLinux,9.00,900\n")
    found = rows(invoke, spam, SHARE, "--confidence", "95")
    of_all = rows(
        invoke, write("all.csv", "os,messages\nWindows,9000\nLinux,900\nOther,100\n"), SHARE,
        "--confidence", "95",
    )  # fmt: skip
    for os in ("Windows", "Linux"):
        assert bounds(found[os]) == pytest.approx(bounds(of_all[os]))


def test_the_index_lies_in_its_interval_however_many_messages(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", f"os,share,messages\na,5.1,{5136 * 10**9}\nb,94.9,{94864 * 10**9}\n")
    row = rows(invoke, spam, write("m.csv", "os,share\na,50\nb,50\n"), "--confidence", "95")["a"]
    assert row["low"] <= row["spam_index"] <= row["high"]
    assert row["spam_share"] == pytest.approx(5.136)


def test_a_confidence_next_to_certainty(invoke: Invoke) -> None:
    options = ("--confidence", "99.99999999999999", "--spam-total", "1000", "--simultaneous")
    row = rows(invoke, SPAM, SHARE, *options)["Linux"]
    assert 0 < row["low"] < row["spam_index"] < row["high"]


def test_one_os_of_a_count_table_is_not_all_of_it(invoke: Invoke, write: Write) -> None:
    spam = write("c.csv", COUNTS)
    result = invoke("compute", spam, SHARE, "--where", "OS=Linux", "-f", "csv")
    assert result.stdout.splitlines()[1:] == ["Linux,5.14,1.03,4.990291262135922"]


def test_in_a_notebook() -> None:
    spam = pd.DataFrame({"os": ["a", "b"], "share": [90.0, 10.0], "count": [36, 4], "total": 40})
    market = pd.DataFrame({"os": ["a", "b"], "share": [20.0, 80.0], "count": [16, 64], "total": 80})
    ranking = sampling_intervals(spam_index(spam, market), 95)
    assert ranking["low"][0] == pytest.approx(2.93956919)
    assert ranking["high"][0] == pytest.approx(7.15222343)
    with pytest.raises(FigureError, match="percent from 1 to below 100"):
        sampling_intervals(ranking, 100)
    with pytest.raises(MatchError, match="not ranked"):
        sampling_intervals(ranking, 95, baseline="c")
    with pytest.raises(UnitError, match="holds counts already"):
        read_shares(
            "data/visits.csv", where={"browser": "Firefox"}, period="2010-03", unit="count", total=5
        )


def test_shares_that_are_a_little_more_than_all_in_binary_are_all() -> None:
    everything, hair_more = 1e12, 1e12 + 200
    for counted in ({}, {"visits": [hair_more], "all_visits": [everything]}):
        shares = {"os": ["a"], "spam_share": [100.0], "market_share": [100.0], "spam_index": [1.0]}
        ranking = pd.DataFrame(
            shares | {"messages": [hair_more], "all_messages": [everything]} | counted
        )
        bounded = sampling_intervals(ranking, 95)
        assert bounded[["low", "high"]].to_numpy().tolist() == [pytest.approx([1, 1])]


def clustered(**columns: Any) -> pd.DataFrame:
    """A ranking of two systems whose messages came in 40 clusters."""
    return pd.DataFrame(
        {
            "os": ["a", "b"],
            "spam_share": [90.0, 10.0],
            "market_share": [20.0, 80.0],
            "spam_index": [4.5, 0.125],
            "messages": [3600.0, 400.0],
            "all_messages": 4000.0,
            "design_effect": [100.0, 100.0],
            "clusters": 40,
            **columns,
        }
    )


def intervals(ranking: pd.DataFrame, **options: Any) -> list[list[float]]:
    options.setdefault("findings", Findings("spam shares"))
    found = sampling_intervals(ranking, 95, **options)
    columns = [c for c in ("low", "high", "relative_low", "relative_high") if c in found]
    return list(found[columns].to_numpy().tolist())


def told(ranking: pd.DataFrame, **options: Any) -> list[str]:
    findings = Findings("spam shares")
    sampling_intervals(ranking, 95, findings=findings, **options)
    return [doubt.text for doubt in findings.doubts]


def test_messages_are_worth_as_many_fewer_as_their_design_effect() -> None:
    tenth = clustered(messages=[36.0, 4.0], all_messages=40.0).drop(columns="design_effect")
    assert intervals(clustered()) == pytest.approx(np.array(intervals(tenth)))
    visits = {"visits": [16.0, 64.0], "all_visits": 80.0}
    # Koopman's interval of 36 of 40 and 16 of 80.
    assert intervals(clustered(**visits))[0] == pytest.approx([2.93956919, 7.15222343], rel=1e-8)


def test_a_relative_interval_counts_each_ones_own_design_effect() -> None:
    ranking = clustered(design_effect=[4.0, 100.0])
    # With h = 1.959964/2·√(4/3600 + 100/400): 36 divided and multiplied by (h + √(h² + 1))².
    found = intervals(ranking, baseline="b")[0][2:]
    assert found == pytest.approx([13.9723821, 92.7544056], rel=1e-8)
    # For none of a the limit is 1.959964²·4 ÷ (400 · 20/80).
    none = ranking.assign(messages=[0.0, 400.0], spam_share=[0.0, 10.0], spam_index=[0.0, 0.125])
    assert intervals(none, baseline="b")[0][2:] == pytest.approx([0, 0.15365836], rel=1e-6)


def test_one_design_effect_for_all_counts_more_than_those_of_the_table() -> None:
    ranking = clustered(design_effect=[4.0, 9.0], clusters=5)
    assert intervals(ranking, design_effect=100) == intervals(clustered())
    assert told(ranking, design_effect=100) == []


@pytest.mark.parametrize("effect", [0, -1, math.nan, math.inf])
def test_what_is_no_design_effect_is_refused(effect: float) -> None:
    with pytest.raises(FigureError, match="is not a design effect: give a ratio above 0"):
        sampling_intervals(clustered(), 95, design_effect=effect)


@pytest.mark.parametrize("effect", [-1, math.nan, math.inf])
def test_a_design_effect_of_the_table_that_is_none_is_refused(effect: float) -> None:
    with pytest.raises(FigureError, match="the design effect of 'b' is missing") as caught:
        sampling_intervals(clustered(design_effect=[1.0, effect]), 95)
    assert [remedy.field for remedy in caught.value.settles] == ["design_effect"]


def test_clusters_that_are_all_alike_leave_no_width_and_a_doubt() -> None:
    ranking = clustered(design_effect=[0.0, 0.0])
    assert intervals(ranking)[0] == pytest.approx([4.5, 4.5], abs=1e-5)
    assert told(ranking) == [
        "the design effect of a, b is 0, as if each cluster held the same part of it: the "
        "interval has no width"
    ]


FEW = (
    "a design effect from fewer than 30 clusters is uncertain itself, and the intervals tend to "
    "be too narrow"
)


def test_fewer_than_30_clusters_are_doubted_with_the_reason() -> None:
    assert told(clustered(clusters=30)) == []
    assert told(clustered(clusters=29)) == [f"only 29 clusters: {FEW}"]
    assert told(clustered(clusters=2)) == [f"only 2 clusters: {FEW}"]
    with said(f"spam shares: only 29 clusters: {FEW} (design_effect=... gives one that is known "
              "from elsewhere)"):  # fmt: skip
        sampling_intervals(clustered(clusters=29), 95)


def test_few_clusters_are_doubted_in_each_ranking_by_its_values() -> None:
    ranking = pd.concat(
        [
            clustered(clusters=number).assign(k="DE", clusters_of=month)
            for month, number in (("2010-01", 12), ("2010-02", 40), ("2010-03", 2))
        ]
    ).rename(columns={"k": 0, "clusters_of": 1})
    assert told(ranking, by=[0, 1]) == [
        f"only 12 clusters in DE/2010-01, 2 clusters in DE/2010-03: {FEW}"
    ]


@pytest.mark.parametrize("clusters", [1, 0, math.nan])
def test_fewer_than_2_clusters_are_refused(clusters: float) -> None:
    with pytest.raises(FigureError, match="a design effect needs at least 2") as caught:
        sampling_intervals(clustered(clusters=clusters), 95)
    assert [remedy.field for remedy in caught.value.settles] == ["design_effect"]
    assert told(clustered(clusters=clusters), design_effect=7) == []


def test_design_effects_without_a_number_of_clusters_are_taken_as_they_are() -> None:
    assert intervals(clustered().drop(columns="clusters")) == intervals(clustered())


@pytest.mark.parametrize(
    ("options", "interval"),
    [
        ((95,), "95%"),
        ((99.9,), "99.9%"),
        ((99.99999999999999,), "99.99999999999999%"),
    ],
)
def test_what_low_and_high_are_stands_beside_them(options: tuple[float], interval: str) -> None:
    one = sampling_intervals(clustered(), *options)
    all_ = sampling_intervals(clustered(), *options, simultaneous=True)
    assert one["interval"].tolist() == [interval] * 2
    assert all_["interval"].tolist() == [f"{interval} simultaneous"] * 2
    half = clustered(spam_half=0.5, market_half=0.5)
    assert rounding_ranges(half)["interval"].tolist() == ["rounding"] * 2


def test_rounding_needs_to_know_the_half_units() -> None:
    with pytest.raises(FigureError, match="no column 'spam_half': read both tables with rounding"):
        rounding_ranges(clustered())


def test_intervals_hold_together_in_rankings_by_any_label() -> None:
    ranking = pd.concat([clustered().assign(messages_of="x"), clustered().assign(messages_of=None)])
    ranking = ranking.rename(columns={"messages_of": 0}).reset_index(drop=True)
    together = intervals(ranking, simultaneous=True, by=[0])
    assert together == intervals(ranking.assign(design_effect=100.0), simultaneous=True, by=[0])
    found = sampling_intervals(clustered(), 97.5)
    assert together[0] == pytest.approx([found["low"][0], found["high"][0]])
    assert together[2] == together[0]


@pytest.mark.parametrize("column", ["market_share", "all_messages", "os"])
def test_a_column_that_an_interval_needs_is_named(column: str) -> None:
    with pytest.raises(ColumnError, match=f"the ranking has no column '{column}'; there are"):
        sampling_intervals(clustered().drop(columns=column), 95)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"messages": [4001.0, 400.0]}, "messages of 'a' are not a part of all_messages"),
        ({"messages": [3600.0, -1.0]}, "messages of 'b' are not a part of all_messages"),
        ({"messages": [0.0, 0.0], "all_messages": 0.0}, "messages of 'a' are not a part"),
        ({"visits": [9.0, 2.0], "all_visits": [9.0, 1.0]}, "visits of 'b' are not a part"),
    ],
)
def test_counts_that_are_no_part_of_their_total(columns: dict[str, Any], fault: str) -> None:
    with pytest.raises(FigureError, match=fault):
        sampling_intervals(clustered(**columns), 95)


def test_an_interval_is_of_the_total_that_the_shares_are_parts_of(
    invoke: Invoke, write: Write
) -> None:
    spam = write("spam.csv", "os,messages\nWindows,926\nLinux,54\nMac OS X,20\n")
    rest = "os,visits\nWindows,900\nLinux,50\nMac,50\n"
    of_total = write("total.csv", rest + "Total,5000\n")
    of_rows = write("rows.csv", rest + "Unknown,4000\n")
    one, other = (rows(invoke, spam, t, "--confidence", "95") for t in (of_total, of_rows))
    assert [one["Linux"][c] for c in ("spam_index", "low", "high")] == [
        other["Linux"][c] for c in ("spam_index", "low", "high")
    ]
