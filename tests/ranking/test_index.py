from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamindex import ColumnError, FigureError, MatchError, SpamIndexWarning, spam_index
from spamindex.errors import Findings
from tests.conftest import rank, said


def table(**shares: float) -> pd.DataFrame:
    return pd.DataFrame({"os": list(shares), "share": list(shares.values())})


def doubts(*findings: Findings) -> list[str]:
    return [doubt.text for found in findings for doubt in found.doubts]


def fields(findings: Findings) -> list[str]:
    return [remedy.field for doubt in findings.doubts for remedy in doubt.settles]


def test_ranked_by_index_ties_by_name_and_no_index_last() -> None:
    spam = table(zeta=20, alpha=20, none=1, big=50)
    market = table(big=10, none=0, alpha=10, zeta=10)
    with pytest.warns(SpamIndexWarning, match="no spam index where the market share is 0: none"):
        ranking = spam_index(spam, market)
    assert ranking["os"].tolist() == ["big", "alpha", "zeta", "none"]
    assert ranking["spam_index"].tolist()[:3] == [5.0, 2.0, 2.0]
    assert math.isnan(ranking["spam_index"].iloc[-1])
    assert ranking.columns.tolist() == ["os", "spam_share", "market_share", "spam_index"]


def test_the_tables_given_are_left_as_they_are() -> None:
    spam, market = table(Linux=5.0, Windows=95.0), table(linux=1.0, windows=99.0)
    before = spam.copy(), market.copy()
    spam_index(spam, market)
    pd.testing.assert_frame_equal(spam, before[0])
    pd.testing.assert_frame_equal(market, before[1])


def test_no_infinity_even_where_the_market_share_is_next_to_0() -> None:
    with pytest.warns(SpamIndexWarning):
        ranking = spam_index(table(a=5.0, b=95.0), table(a=1e-320, b=100.0))
    assert math.isnan(ranking["spam_index"].iloc[-1])


@pytest.mark.parametrize("share", [-1.0, math.inf, math.nan])
def test_what_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(FigureError, match="the spam share of 'a' is"):
        spam_index(table(a=share), table(a=1))


def test_an_os_twice_is_refused() -> None:
    spam = pd.DataFrame({"os": ["Mac", "OS X"], "share": [1.0, 2.0]})
    with pytest.raises(MatchError, match="'OS X' is among the spam shares twice"):
        spam_index(spam, table(mac=1))


def test_nothing_in_common_is_refused() -> None:
    with pytest.raises(MatchError, match="no OS has both"):
        spam_index(table(a=1), table(b=1))


def test_tables_in_two_units_are_doubted_or_refused() -> None:
    spam = table(Linux=5.14, Windows=94.86)
    with pytest.warns(SpamIndexWarning, match="market shares: add up to 1 percent: are these"):
        spam_index(spam, table(Linux=0.0103, Windows=0.9897))
    with pytest.raises(FigureError, match="the market share of 'Linux' is 103"):
        spam_index(spam, table(Linux=103, Windows=9897))
    with pytest.warns(SpamIndexWarning, match="market shares: add up to 150, more than 100"):
        spam_index(spam, table(Linux=60, Windows=90))


def test_what_is_no_table_of_shares_is_refused() -> None:
    good = table(Linux=5.0)
    with pytest.raises(ColumnError, match="spam shares has no column 'share'"):
        spam_index(good.drop(columns="share"), good)
    with pytest.raises(ColumnError, match="names in 'os' that are not text"):
        spam_index(good, pd.DataFrame({"os": [1], "share": [5.0]}))
    with pytest.raises(FigureError, match="market shares are not numbers"):
        spam_index(good, pd.DataFrame({"os": ["Linux"], "share": ["five"]}))
    with pytest.raises(ColumnError, match="neither table has a column 'month'"):
        spam_index(good, good, by=["month"])


def test_categories_are_ordered_by_name_all_the_same() -> None:
    spam = table(z=50, a=50)
    spam["os"] = pd.Categorical(spam["os"], categories=["z", "a"])
    assert spam_index(spam, table(z=40, a=40))["os"].tolist() == ["a", "z"]


def test_own_names_and_by() -> None:
    spam = pd.DataFrame({"month": ["b", "a"], "os": ["Tux", "Tux"], "share": [5.0, 6.0]})
    ranking = spam_index(spam, table(Linux=1.0), by=["month"], names={"Tux": "Linux"})
    assert ranking.to_dict("list") == {
        "month": ["a", "b"],
        "os": ["Tux", "Tux"],
        "spam_share": [6.0, 5.0],
        "market_share": [1.0, 1.0],
        "spam_index": [6.0, 5.0],
    }


def test_the_largest_of_what_is_left_out_is_with_monthfirst() -> None:
    market = table(Linux=1.0, small=0.5, large=2.0)
    with pytest.warns(SpamIndexWarning, match=r"large \(2 % of machines\), small \(0.5 %"):
        spam_index(table(Linux=5.0), market)


def monthly(*rows: tuple[str | float | None, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["month", "os", "share"])


def ranked(ranking: pd.DataFrame, *columns: str | int) -> list[tuple[object, ...]]:
    return list(ranking[list(columns)].itertuples(index=False, name=None))


def test_ranking_after_ranking_where_both_tables_have_several() -> None:
    spam = monthly(("b", "x", 90), ("b", "y", 10), ("a", "x", 30), ("a", "y", 70))
    market = monthly(("a", "x", 60), ("a", "y", 40), ("b", "x", 10), ("b", "y", 90))
    assert ranked(spam_index(spam, market, by=["month"]), "month", "os", "spam_index") == [
        ("a", "y", 1.75),
        ("a", "x", 0.5),
        ("b", "x", 9.0),
        ("b", "y", pytest.approx(1 / 9)),
    ]


def test_rankings_are_ordered_by_the_first_column_first_and_all_meet_one_market() -> None:
    spam = pd.DataFrame(
        {
            "country": ["n", "m", "n", "m"],
            "month": ["a", "b", "b", "a"],
            "os": ["x"] * 4,
            "share": [1.0, 2.0, 3.0, 4.0],
        }
    )
    assert ranked(spam_index(spam, table(x=1), by=["month", "country"]), "month", "country") == [
        ("a", "m"),
        ("a", "n"),
        ("b", "m"),
        ("b", "n"),
    ]


def test_the_market_alone_may_have_several() -> None:
    market = monthly(("b", "x", 10), ("a", "x", 20))
    ranking = spam_index(table(x=10), market, by=["month"])
    assert ranking.columns.tolist() == ["month", "os", "spam_share", "market_share", "spam_index"]
    assert ranked(ranking, "month", "spam_index") == [("a", 0.5), ("b", 1.0)]


def test_rows_of_no_month_meet_each_other_alone() -> None:
    spam = monthly((None, "x", 50), ("a", "x", 60), ("a", "y", 5), (None, "y", 6))
    market = monthly(("a", "x", 20), (None, "x", 25), (None, "y", 2), ("a", "y", 5))
    ranking = spam_index(spam, market, by=["month"])
    assert sorted(ranking["spam_index"]) == [1.0, 2.0, 3.0, 3.0]


def test_each_os_of_each_month_meets_itself_alone() -> None:
    systems = [("a", "x", 1.0), ("b", "x", 2.0), ("a", "y", 3.0), ("b", "z", 4.0), ("a", "z", 5.0)]
    doubled = [(month, os, 2 * share) for month, os, share in systems]
    ranking = spam_index(monthly(*systems), monthly(*doubled[::-1]), by=["month"])
    assert ranking["spam_index"].tolist() == [0.5] * 5


def test_what_is_known_of_shares_goes_along_in_the_order_of_the_ranking() -> None:
    spam = pd.DataFrame(
        {"os": ["x", "y"], "share": [40, 60], "count": [4, 6], "total": [10, 10], "half": [0.5, 5]}
    )
    market = pd.DataFrame(
        {"os": ["y", "x"], "share": [5, 95], "count": [1, 19], "total": 20, "half": [0.05, 0.25]}
    )
    ranking = spam_index(spam, market)
    known = ["messages", "all_messages", "spam_half", "visits", "all_visits", "market_half"]
    assert ranking.columns.tolist() == ["os", "spam_share", "market_share", "spam_index", *known]
    assert set(ranking[known].dtypes) == {np.dtype(float)}
    assert ranked(ranking, "os", *known) == [
        ("y", 6, 10, 5, 1, 20, 0.05),
        ("x", 4, 10, 0.5, 19, 20, 0.25),
    ]


def test_an_os_twice_in_the_market_is_refused_for_each_row() -> None:
    market = pd.DataFrame({"os": ["Mac", "OS X", "macOS"], "share": [1.0, 2.0, 3.0]})
    with pytest.raises(MatchError) as caught:
        spam_index(table(mac=1), market)
    assert caught.value.faults == (
        "'OS X' is among the market shares twice",
        "'macOS' is among the market shares twice",
    )


def test_an_os_may_stand_once_in_each_ranking_and_no_more() -> None:
    spam = monthly(("a", "x", 30), ("b", "x", 30), ("b", "X", 40))
    with pytest.raises(MatchError) as caught:
        spam_index(spam, table(x=1), by=["month"])
    assert caught.value.faults == ("'X' is among the spam shares twice in b",)
    with pytest.raises(MatchError, match="'X' is among the market shares twice in b"):
        spam_index(table(x=1), spam, by=["month"])
    with pytest.raises(MatchError, match="'x' is among the spam shares twice"):
        spam_index(spam[:2], table(x=1))


def test_where_nothing_is_in_common_only_what_helps_is_advised() -> None:
    with pytest.raises(MatchError) as caught:
        spam_index(table(**{"Windows XP": 1}), table(**{"Windows 7": 2}))
    assert [remedy.field for remedy in caught.value.settles] == ["family"]


def test_what_is_left_out_is_said_where_nothing_is_in_common() -> None:
    with pytest.raises(MatchError) as caught:
        spam_index(table(a=1), table(b=2))
    assert caught.value.faults == (
        "no OS has both a spam share and a market share",
        "no market share for a (1 % of spam): left out",
        "no spam share for b (2 % of machines): left out",
    )


def test_nothing_of_nothing_is_no_index() -> None:
    ranked = rank(table(a=1, b=0), table(a=2, b=0))
    assert doubts(ranked.market) == ["no spam index where the market share is 0: b"]
    assert fields(ranked.market) == ["drop"]
    assert ranked.ranking["os"].tolist() == ["a", "b"]


def test_warnings_come_from_the_place_that_called() -> None:
    with pytest.warns(SpamIndexWarning) as caught:
        spam_index(table(a=1, b=2), table(a=1))
    assert caught[0].filename == __file__


def test_each_wrong_share_is_said() -> None:
    with pytest.raises(FigureError) as caught:
        spam_index(table(a=1), table(a=-1, b=0, c=101.5, d=100))
    assert caught.value.faults == (
        "the market share of 'a' is -1; shares are percents, from 0 to 100",
        "the market share of 'c' is 101.5; shares are percents, from 0 to 100",
    )


def test_rounded_shares_may_add_up_to_a_percent_more_but_no_further() -> None:
    rounded = table(a=101)
    assert spam_index(rounded, table(a=50.5, b=50.5).query("os == 'a'"))["spam_index"][0] == 2
    with said():
        spam_index(rounded, table(a=49.5, b=50.5).query("os == 'a'"))
    with pytest.warns(SpamIndexWarning, match="market shares: add up to 101.5, more than 100"):
        spam_index(rounded, table(a=50.5, b=51))


def test_the_table_that_lacks_a_column_is_named() -> None:
    good = table(a=1)
    with pytest.raises(ColumnError) as caught:
        spam_index(good, good.drop(columns="os"))
    assert caught.value.faults == (
        "the table of market shares has no column 'os'; there are share",
    )
    with pytest.raises(ColumnError) as caught:
        spam_index(pd.DataFrame({"os": ["a", None], "share": [1, 2]}), good)
    assert caught.value.faults == ("the table of spam shares has names in 'os' that are not text",)


@pytest.mark.parametrize(
    ("spam", "market", "doubt"),
    [
        ((0.3, 0.7), (40, 60), "spam shares: add up to 1 percent: are these fractions?"),
        ((0.3, 0.706), (40, 60), "spam shares: add up to 1.006 percent: are these fractions?"),
        ((40, 60), (0.3, 0.694), "market shares: add up to 0.994 percent: are these fractions?"),
        ((0.3, 0.715), (40, 60), None),
        ((0.3, 0.685), (40, 60), None),
        ((0.3, 0.7), (0.5, 1.5), None),  # both may be those of a few small ones
        ((0.3, 0.7), (0.5, 1.6), "spam shares: add up to 1 percent: are these fractions?"),
    ],
)
def test_what_adds_up_to_1_beside_more_may_be_fractions(
    spam: tuple[float, float], market: tuple[float, float], doubt: str | None
) -> None:
    with said(*([doubt] if doubt else [])):
        spam_index(table(a=spam[0], b=spam[1]), table(a=market[0], b=market[1]))


def test_one_os_may_have_1_percent() -> None:
    with said():
        spam_index(table(a=1), table(a=50))


def test_those_left_out_are_said_with_their_largest_share_and_how_often() -> None:
    spam = monthly(
        ("a", "x", 1), ("a", "rare", 1.23456), ("a", "often", 2), ("b", "often", 4),
        ("b", "8.1", 4), ("b", "x", 1),
    )  # fmt: skip
    left = "8.1 (4 % of spam, a bare version number), often (4 % of spam, in 2 rankings)"
    assert doubts(rank(spam, table(x=1), by=["month"]).spam) == [
        f"no market share for {left}, rare (1.235 % of spam): left out"
    ]


def test_only_the_ten_largest_left_out_are_named() -> None:
    market = table(x=1, **{f"os{i:02}": i / 10 for i in range(12)})
    [told] = doubts(rank(table(x=1), market).market)
    assert told.startswith("no spam share for os11 (1.1 % of machines), os10 (1 % of")
    assert told.endswith("os02 (0.2 % of machines) and 2 more: left out")


@pytest.mark.parametrize(
    ("spam", "market", "helps"),
    [
        ({"Windows XP": 5, "Linux": 1}, {"Windows 7": 9, "Linux": 1}, True),
        ({"Windows XP": 5, "Linux": 1}, {"Windows": 9, "Linux": 1}, True),
        ({"Windows XP": 5, "Linux": 1}, {"Linux": 1}, False),
        ({"Haiku": 5, "Linux": 1}, {"Plan 9": 9, "Linux": 1}, False),
        ({"Haiku": 5, "Windows XP": 4, "Linux": 1}, {"Windows 7": 1, "Linux": 1}, True),
    ],
)
def test_family_is_advised_where_it_would_bring_names_together(
    spam: dict[str, float], market: dict[str, float], helps: bool
) -> None:
    # What is said to settle it in any case is to lump them with Other.
    advised = fields(rank(table(**spam), table(**market)).spam)
    assert advised == (["family", "lump"] if helps else ["lump"])


def test_family_is_not_advised_for_what_another_month_lacks() -> None:
    spam = monthly(("a", "Linux", 1), ("b", "Linux", 1), ("b", "Windows", 5), ("a", "Windows", 5))
    market = monthly(("a", "Linux", 1), ("b", "Linux", 1), ("b", "Windows", 9))
    found = rank(spam, market, by=["month"]).spam
    assert doubts(found) == ["no market share for Windows (5 % of spam): left out"]
    assert fields(found) == ["lump"]


def test_tables_of_other_periods_are_told_so() -> None:
    spam = pd.DataFrame({"month": ["2026-02"], "os": ["Linux"], "share": [5.0]})
    market = pd.DataFrame(
        {"month": ["2010-01", "2010-02"], "os": ["Linux"] * 2, "share": [1.0] * 2}
    )
    with pytest.raises(MatchError) as caught:
        spam_index(spam, market, by=["month"])
    assert caught.value.faults == (
        "the tables have no ranking in common: the spam shares are of 2026-02, the market shares "
        "of 2010-01, 2010-02",
    )


def test_tables_of_the_same_period_without_an_os_in_common_are_told_that() -> None:
    spam = pd.DataFrame({"month": ["2010-01"], "os": ["Linux"], "share": [5.0]})
    market = pd.DataFrame({"month": ["2010-01"], "os": ["Haiku"], "share": [1.0]})
    with pytest.raises(MatchError, match="no OS has both a spam share and a market share"):
        spam_index(spam, market, by=["month"])


SPAM_WITH_RESTS = table(Windows=80, Linux=5, Other=10, Unknown=5)


def test_unknown_is_not_ranked_and_leaves_the_other_shares_as_they_are() -> None:
    market = pd.DataFrame({"os": ["Windows", "Linux", "???"], "share": [91, 8.5, 0.5]})
    ranked = rank(table(Windows=80, Linux=5, Unknown=15), market)
    assert ranked_as(ranked.ranking) == {
        "Windows": pytest.approx(80 / 91), "Linux": pytest.approx(5 / 8.5)
    }  # fmt: skip
    assert ranked.spam.notes == ["not ranked: Unknown (15 % of spam)"]
    assert ranked.market.notes == ["not ranked: ??? (0.5 % of machines)"]
    assert doubts(ranked.spam, ranked.market) == []


def ranked_as(ranking: pd.DataFrame) -> dict[str, float]:
    return dict(zip(ranking["os"], ranking["spam_index"], strict=True))


def test_unknown_in_one_table_alone_is_no_system_that_the_other_lacks() -> None:
    ranked = rank(table(Windows=90, Unknown=10), table(Windows=100))
    assert ranked.spam.notes == ["not ranked: Unknown (10 % of spam)"]
    assert doubts(ranked.spam, ranked.market) == []


def test_other_is_ranked_where_both_tables_name_the_same_systems() -> None:
    market = pd.DataFrame({"os": ["win", "GNU/Linux", "Others"], "share": [70, 10, 20]})
    ranked = rank(SPAM_WITH_RESTS, market)
    assert ranked_as(ranked.ranking) == {
        "Windows": pytest.approx(8 / 7),
        "Linux": 0.5,
        "Other": 0.5,
    }
    assert ranked.market.notes == []


@pytest.mark.parametrize(
    ("spam", "market"),
    [
        (SPAM_WITH_RESTS, table(Windows=70, Linux=10, Android=5, Other=15)),
        (SPAM_WITH_RESTS.assign(share=[70.0, 5, 10, 15]), table(Windows=70, Other=30)),
    ],
)
def test_other_is_left_out_where_one_table_names_more(
    spam: pd.DataFrame, market: pd.DataFrame
) -> None:
    ranked = rank(spam, market)
    assert "Other" not in ranked_as(ranked.ranking)
    assert ranked_as(ranked.ranking)["Windows"] == spam["share"][0] / 70
    [note] = ranked.market.notes
    assert note.endswith("% of machines), since the tables name different systems")


def test_other_that_one_table_lacks_is_noted() -> None:
    ranked = rank(table(Windows=90, Other=10), table(Windows=100))
    assert ranked.spam.notes == ["not ranked: Other (10 % of spam), which only this table has"]
    assert doubts(ranked.spam, ranked.market) == []


def test_other_is_decided_in_each_ranking_by_itself() -> None:
    spam = monthly(("a", "x", 60), ("a", "Other", 40), ("b", "x", 60), ("b", "Other", 40))
    market = monthly(
        ("a", "x", 50), ("a", "Other", 50), ("b", "x", 50), ("b", "y", 30), ("b", "Other", 20)
    )
    ranked_ = rank(spam, market, by=["month"])
    assert ranked(ranked_.ranking, "month", "os", "spam_index") == [
        ("a", "x", 1.2), ("a", "Other", 0.8), ("b", "x", 1.2)
    ]  # fmt: skip
    assert ranked_.market.notes[0].startswith("not ranked: Other (20 % of machines), since")
    assert doubts(ranked_.market) == ["no spam share for y (30 % of machines): left out"]


def test_a_table_that_serves_several_rankings_lacks_what_it_lacks_in_each() -> None:
    spam = monthly(("a", "x", 60), ("a", "y", 40), ("b", "x", 60), ("b", "Other", 40))
    ranked_ = rank(spam, table(x=50, y=30, Other=20), by=["month"])
    assert ranked(ranked_.ranking, "month", "os") == [("a", "y"), ("a", "x"), ("b", "x")]
    assert doubts(ranked_.market) == ["no spam share for y (30 % of machines): left out"]


def test_lumped_other_means_the_same_in_both_tables() -> None:
    spam = table(Windows=90, Linux=5, BeOS=1.1, Haiku=2.2, Other=1.7)
    market = table(windows=80, linux=1, Android=11.54, iOS=5.46, Other=2)
    ranked = rank(spam, market, lump=True)
    by_name = ranked.ranking.set_index("os")
    assert by_name["spam_share"].to_dict() == {"Windows": 90, "Linux": 5, "Other": 5}
    assert by_name["market_share"].to_dict() == {"Windows": 80, "Linux": 1, "Other": 19}
    assert ranked.spam.facts == ["added to Other: Haiku (2.2 % of spam), BeOS (1.1 % of spam)"]
    assert ranked.market.facts == [
        "added to Other: Android (11.54 % of machines), iOS (5.46 % of machines)"
    ]
    assert doubts(ranked.spam, ranked.market) == []


def test_lumped_systems_make_an_other_where_there_is_none_and_never_take_unknown() -> None:
    ranked = rank(table(x=90, y=6, Unknown=4), table(x=80, z=15, Unknown=5), lump=True)
    assert ranked_as(ranked.ranking) == {"x": 1.125, "Other": 0.4}
    assert ranked.spam.notes == ["not ranked: Unknown (4 % of spam)"]


def test_what_is_known_of_lumped_shares_adds_up_too() -> None:
    spam = pd.DataFrame(
        {
            "os": ["x", "y", "z", "Other"],
            "share": [80.0, 10.0, 6.0, 4.0],
            "count": [80, 10, 6, 4],
            "total": 100,
            "half": [0.5, 0.05, 0.05, 0.5],
            "design_effect": [1.0, 4.0, 9.0, 1.0],
            "clusters": 50,
        }
    )
    ranking = rank(spam, table(x=60, w=15, Other=25), lump=True).ranking
    other = ranking[ranking["os"] == "Other"].iloc[0]
    assert other[["messages", "all_messages", "spam_half", "clusters"]].tolist() == [
        20, 100, 0.6, 50
    ]  # fmt: skip
    # The square of √(4·0.1·0.9) + √(9·0.06·0.94) + √(0.04·0.96), divided by 0.2·0.8.
    assert other["design_effect"] == pytest.approx(14.220813, rel=1e-6)
    assert other["market_share"] == 40


def test_lumping_is_done_in_each_ranking_and_not_where_nothing_is_alike() -> None:
    spam = monthly(("a", "x", 60), ("a", "y", 40), ("b", "v", 60), ("b", "Other", 40))
    ranked_ = rank(spam, table(x=50, z=30, Other=20), by=["month"], lump=True)
    assert ranked(ranked_.ranking, "month", "os", "spam_index") == [
        ("a", "x", 1.2), ("a", "Other", 0.8)
    ]  # fmt: skip
    assert doubts(ranked_.spam) == ["no market share for v (60 % of spam): left out"]
    assert fields(ranked_.spam) == ["where"]  # and not lump, which is given


def test_rests_alone_make_no_ranking() -> None:
    for lump in (False, True):
        with pytest.raises(MatchError, match="no OS has both"):
            rank(table(a=90, Other=10), table(b=90, Other=10), lump=lump)


def test_rankings_of_one_table_alone_are_doubted_by_their_values() -> None:
    spam = pd.DataFrame(
        {
            0: ["DE", "DE", "US"], 1: ["2010-01", "2010-02", "2010-01"],
            "os": "x", "share": [1.0, 2.0, 3.0],
        }
    )  # fmt: skip
    market = pd.DataFrame(
        {0: ["DE", "FR"], 1: ["2010-01", "2010-01"], "os": "x", "share": [2.0, 4.0]}
    )
    ranked_ = rank(spam, market, by=[0, 1])
    assert ranked(ranked_.ranking, 0, 1, "spam_index") == [("DE", "2010-01", 0.5)]
    assert doubts(ranked_.spam) == ["no market shares for DE/2010-02, US/2010-01: left out"]
    assert doubts(ranked_.market) == ["no spam shares for FR/2010-01: left out"]
    assert fields(ranked_.market) == ["where"]


def test_rests_of_rankings_of_one_table_alone_are_not_told_apart_from_them() -> None:
    spam = monthly(("a", "x", 60), ("b", "x", 60), ("b", "Other", 30), ("b", "Unknown", 10))
    ranked_ = rank(spam, monthly(("a", "x", 50)), by=["month"])
    assert ranked_.spam.notes == []
    assert doubts(ranked_.spam) == ["no market shares for b: left out"]


def test_columns_by_number_are_never_with_monthin_what_is_said() -> None:
    spam = pd.DataFrame({0: ["a"], "os": ["x"], "share": [1.0]})
    with pytest.raises(MatchError) as caught:
        rank(spam, pd.DataFrame({0: ["b"], "os": ["x"], "share": [2.0]}), by=[0])
    assert caught.value.faults == (
        "the tables have no ranking in common: the spam shares are of a, the market shares of b",
    )


@pytest.mark.parametrize(
    ("market", "same"),
    [
        (table(Linux=5.0, Windows=95.0), True),
        (pd.DataFrame({"os": ["win", "GNU/Linux"], "share": [95.0, 5.0]}), True),
        (table(Linux=5.0, Windows=94.9), False),
        (table(Linux=5.0, Windows=95.0, Haiku=0), False),
    ],
)
def test_two_tables_of_the_same_shares_are_doubted(market: pd.DataFrame, same: bool) -> None:
    told = doubts(rank(table(Linux=5.0, Windows=95.0), market).market)
    assert ("the same as the spam shares: was one table given twice?" in told) is same


def test_one_row_may_be_the_same_in_both_tables() -> None:
    ranked = rank(table(Linux=5.0), table(Linux=5.0))
    assert doubts(ranked.spam, ranked.market) == []


def test_a_users_columns_may_be_called_like_those_of_the_program() -> None:
    for name in ("half", "count", "total", "share_", "spam", "key", "group"):
        spam = pd.DataFrame({name: ["h1", "h2"], "os": "x", "share": [2.0, 6.0]})
        market = pd.DataFrame({name: ["h2", "h1"], "os": "x", "share": [3.0, 4.0]})
        ranking = rank(spam, market, by=[name]).ranking
        assert ranked(ranking, name, "spam_index") == [("h1", 0.5), ("h2", 2.0)]
        assert ranking.columns.tolist() == [name, "os", "spam_share", "market_share", "spam_index"]


def test_a_column_of_the_result_tells_no_rankings_apart() -> None:
    spam = pd.DataFrame({"low": ["a"], "os": ["x"], "share": [1.0]})
    with pytest.raises(ColumnError, match="'low' is a column of the result"):
        rank(spam, spam, by=["low"])


def test_two_columns_of_one_name_are_refused() -> None:
    spam = pd.DataFrame([["x", 1.0, 2.0]], columns=["os", "share", "share"])
    with pytest.raises(ColumnError, match="the table of spam shares has two columns 'share'"):
        rank(spam, table(x=1))


def test_a_table_of_months_without_by_says_what_would_rank_each() -> None:
    market = monthly(("a", "x", 60), ("a", "y", 40), ("b", "x", 30), ("b", "y", 70))
    with pytest.raises(MatchError) as caught:
        rank(table(x=50, y=50), market)
    assert caught.value.faults[0] == "'x' is among the market shares twice"
    assert [str(remedy) for remedy in caught.value.settles] == ["by='month'"]


def test_rankings_by_numbers_and_texts_are_in_an_order_all_the_same() -> None:
    spam = pd.DataFrame({"k": [10, "a", 9, None], "os": "x", "share": [1.0, 2, 3, 4]})
    ranking = rank(spam, table(x=1), by=["k"]).ranking
    assert ranking["spam_share"].tolist() == [4, 1, 3, 2]


def test_tables_may_share_some_of_the_columns_that_tell_rankings_apart() -> None:
    spam = pd.DataFrame(
        {
            "country": ["DE", "DE", "FR", "IT"], "month": ["1", "2", "1", "1"],
            "os": "x", "share": [2.0, 4.0, 6.0, 8.0],
        }
    )  # fmt: skip
    market = pd.DataFrame({"country": ["DE", "FR", "US"], "os": "x", "share": [2.0, 3.0, 5.0]})
    ranked_ = rank(spam, market, by=["country", "month"])
    assert ranked(ranked_.ranking, "country", "month", "spam_index") == [
        ("DE", "1", 1.0), ("DE", "2", 2.0), ("FR", "1", 2.0)
    ]  # fmt: skip
    assert doubts(ranked_.spam) == ["no market shares for IT/1: left out"]
    assert doubts(ranked_.market) == ["no spam shares for US: left out"]


Rows = dict[tuple[str, str], float]  # shares by month and name


def tables_of(months: tuple[str, ...]) -> st.SearchStrategy[Rows]:
    rows = st.tuples(st.sampled_from(months), st.sampled_from(["A", "B", "C", "Other", "Unknown"]))
    return st.dictionaries(rows, st.integers(0, 6).map(float), min_size=1)


def frame_of(rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame([(*key, share) for key, share in rows.items()], columns=[0, "os", "share"])
    return frame.drop(columns=0) if frame[0].eq("").all() else frame


@settings(max_examples=100)
@given(
    st.sampled_from([(("a", "b"), ("a", "b")), (("a", "b"), ("",)), (("",), ("a", "b"))]).flatmap(
        lambda months: st.tuples(*map(tables_of, months))
    ),
    st.booleans(),
)
def test_every_ranking_is_as_if_it_were_alone(tables: tuple[Rows, Rows], lump: bool) -> None:
    expected = {}
    for month in {key[0] for rows in tables for key in rows} - {""}:
        spam, market = (
            {os: share for (of, os), share in rows.items() if of in ("", month)} for rows in tables
        )
        named, others = ({*rows} - {"Other", "Unknown"} for rows in (spam, market))
        both = named & others
        if lump and both:
            for rows, alone in ((spam, named - both), (market, others - both)):
                if alone:
                    rows["Other"] = rows.get("Other", 0) + sum(rows.pop(os) for os in alone)
            named = others = both
        if both and named == others and "Other" in spam and "Other" in market:
            both = both | {"Other"}
        for os in both:
            index = spam[os] / market[os] if market[os] else math.nan
            expected[month, os] = pytest.approx(index, nan_ok=True)
    frames = [frame_of(rows) for rows in tables]
    if not expected:
        if any(0 in frame for frame in frames):
            with pytest.raises(MatchError):
                rank(*frames, by=[0], lump=lump)
        return
    found = rank(*frames, by=[0], lump=lump).ranking
    assert dict(zip(zip(found[0], found["os"], strict=True), found["spam_index"], strict=True)) == (
        expected
    )
    assert len(found) == len(expected)
    with_month = found.rename(columns={0: "month"})
    ordered = with_month.sort_values(["month", "spam_index", "os"], ascending=[True, False, True])
    assert ordered.index.tolist() == list(range(len(found)))
