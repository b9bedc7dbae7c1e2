from __future__ import annotations

import math

import pandas as pd
import pytest

from spamindex import FigureError, MatchError, SpamIndexWarning, spam_index


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
