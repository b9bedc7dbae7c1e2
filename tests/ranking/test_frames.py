"""Frames of any kind, what tally counts, and what a ranking says of how it was read."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

import spamindex
from spamindex.errors import SpamIndexError, SpamIndexNote
from tests.conftest import SHARE, SPAM

MARKET = pd.DataFrame({"os": ["Linux", "Windows"], "share": [2.0, 98.0]})


def polars(frame: pd.DataFrame) -> pl.DataFrame:
    """A frame without pyarrow, which polars asks for to take texts from pandas."""
    return pl.DataFrame({name: column.tolist() for name, column in frame.items()})


def test_frames_of_polars_and_arrow_are_taken_as_those_of_pandas_are() -> None:
    spam = pd.DataFrame({"os": ["Linux", "Windows"], "share": [10.0, 90.0]})
    expected = spamindex.spam_index(spam, MARKET)
    assert expected["spam_index"].tolist() == [5.0, 90 / 98]
    for ours, theirs in (
        (polars(spam), polars(MARKET).lazy()),
        (polars(spam).lazy(), MARKET),
    ):
        pd.testing.assert_frame_equal(spamindex.spam_index(ours, theirs), expected)
    ranking = polars(expected)
    relative = spamindex.relative_index(ranking, "Windows")
    assert relative["relative"].tolist() == pytest.approx([5 * 98 / 90, 1])
    moved = spamindex.reattribute(polars(spam), [("Linux", "Windows", 50)])
    assert moved["share"].tolist() == [5.0, 95.0]


def test_what_is_no_frame_is_no_table_of_shares() -> None:
    with pytest.raises(SpamIndexError, match="list is not a frame, such as one of pandas"):
        spamindex.spam_index([("Linux", 5)], MARKET)  # type: ignore[arg-type]


def test_what_tally_counts_is_ranked_as_it_is_with_its_counts() -> None:
    records = pd.DataFrame({"os": ["Linux"] * 1 + ["Windows"] * 8 + ["Haiku"] * 1})
    counted = spamindex.tally(records)
    ranking = spamindex.spam_index(counted[counted["os"] != "Haiku"], MARKET)
    assert ranking["spam_index"].tolist() == [5.0, 80 / 98]
    assert ranking["messages"].tolist() == [1, 8]
    assert ranking["all_messages"].tolist() == [10, 10]  # of which one is left out
    bounded = spamindex.sampling_intervals(ranking, 95)
    # Wilson's interval of 1 in 10, divided by 0.02
    assert bounded[["low", "high"]].to_numpy()[0].tolist() == pytest.approx(
        [0.893812, 20.207500], rel=1e-5
    )


def test_each_ranking_that_tally_counts_has_a_total_of_its_own() -> None:
    records = pd.DataFrame(
        {"day": list("aaabb"), "os": ["Linux", "Linux", "Windows", "Windows", "Linux"]}
    )
    ranking = spamindex.spam_index(spamindex.tally(records, by="day"), MARKET, by="day")
    assert ranking[["day", "os", "all_messages"]].to_numpy().tolist() == [
        ["a", "Linux", 3], ["a", "Windows", 3], ["b", "Linux", 2], ["b", "Windows", 2],
    ]  # fmt: skip


def test_a_ranking_says_how_its_tables_were_read() -> None:
    spam = spamindex.read_shares(SPAM)
    assert spam.attrs["read"] == f"{SPAM}: column 'spam_share'; percents that add up to 100.011"
    with pytest.warns(SpamIndexNote, match="Other"):
        ranking = spamindex.spam_index(spam, spamindex.read_shares(SHARE).query("os != 'Other'"))
    assert ranking.attrs["read"].splitlines() == [
        f"{SPAM}: column 'spam_share'; percents that add up to 100.011",
        f"{SHARE}: column 'market_share'; percents that add up to 100",
        "spam shares: not ranked: Other (2.22 % of spam), which only this table has",
    ]
    assert spamindex.relative_index(ranking, "Windows").attrs == ranking.attrs
