from __future__ import annotations

import math

import pandas as pd
import pytest

from spamindex import (
    ColumnError,
    FigureError,
    MatchError,
    SpamIndexWarning,
    UnitError,
    spam_index,
)


def table(**shares: float) -> pd.DataFrame:
    return pd.DataFrame({"os": list(shares), "share": list(shares.values())})


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
    with pytest.warns(SpamIndexWarning, match="market shares add up to 1 percent: are they"):
        spam_index(spam, table(Linux=0.0103, Windows=0.9897))
    with pytest.raises(FigureError, match="the market share of 'Linux' is 103"):
        spam_index(spam, table(Linux=103, Windows=9897))
    with pytest.raises(UnitError, match="the market shares add up to 150"):
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
    assert spam_index(spam, table(z=50, a=50))["os"].tolist() == ["a", "z"]


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


def test_the_largest_of_what_is_left_out_is_named_first() -> None:
    market = table(Linux=1.0, small=0.5, large=2.0)
    with pytest.warns(SpamIndexWarning, match=r"large \(2 % of machines\), small \(0.5 %"):
        spam_index(table(Linux=5.0), market)
