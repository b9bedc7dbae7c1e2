from __future__ import annotations

from typing import Any

import pytest

from spamindex.errors import FigureError, UnitError
from tests.tables.test_shares import of, reading


def test_a_sample_size_says_what_is_behind_shares() -> None:
    assert of("os,share\nMac,30\nLinux,70\n", total=1) == {
        "os": ["Mac", "Linux"], "share": [30.0, 70.0], "count": [0.3, 0.7], "total": [1.0, 1.0]
    }  # fmt: skip
    with pytest.raises(UnitError, match="holds counts already: leave their total out"):
        reading("os,n\nA,1\nB,3\n", unit="count", total=5)


def test_counts_beside_the_shares_are_those_asked_for() -> None:
    text = "os,share,visits\nMac,30,3\nLinux,70,7\n"
    found = of(text, of="market", counts=True)
    assert (found["count"], found["total"]) == ([3.0, 7.0], [10.0, 10.0])
    assert list(of(text)) == ["os", "share"]


def test_counts_of_the_first_few_say_how_many_there_are_in_all() -> None:
    text = "os,share,visits\nMac,30,300\nLinux,20,200\n"
    found = of(text, of="market", counts=True, unit="percent")
    assert found["total"] == [1000.0, 1000.0]


@pytest.mark.parametrize("visits", ["400,600", "300,701", "0,100"])
def test_counts_out_of_proportion_to_the_shares_are_refused(visits: str) -> None:
    mac, linux = visits.split(",")
    text = f"os,share,visits\nMac,30,{mac}\nLinux,70,{linux}\n"
    if visits == "300,701":  # which the digits of the shares explain
        assert of(text, counts=True, of="market")["count"] == [300.0, 701.0]
        return
    with pytest.raises(UnitError, match="not in proportion") as caught:
        reading(text)
    assert [remedy.value for remedy in caught.value.settles] == ["share", "visits"]
    assert of(text, column="share")["share"] == [30.0, 70.0]


def test_half_a_unit_of_the_last_digit() -> None:
    assert of("os,share\nMac,30.5\nLinux,69.50\n", rounding=True)["half"] == [0.05, 0.005]
    assert of("os,fraction\nMac,0.305\nLinux,0.695\n", rounding=True) == {
        "os": ["Mac", "Linux"], "share": [30.5, 69.5], "half": [0.05, 0.05]
    }  # fmt: skip
    assert of("os,share (‰)\nMac,305\nLinux,695\n", rounding=True)["half"] == [0.05, 0.05]
    with pytest.raises(UnitError, match="holds counts, which are not rounded"):
        reading("os,visits\nMac,305\nLinux,695\n", rounding=True, of="market")


@pytest.mark.parametrize("heading", ["visits (k)", "Besuche in Tsd.", "users in millions"])
def test_thousands_are_too_coarse_for_intervals(heading: str) -> None:
    role: Any
    text = f"os,{heading}\nMac,30\nLinux,70\n"
    for role in ("spam", "market"):
        with pytest.raises(UnitError, match="too coarse for intervals") as caught:
            reading(text, of=role, counts=True)
        assert [remedy.field for remedy in caught.value.settles] == ["total"]
        found = of(text, of=role, counts=True, total=1000)
        assert found["count"] == [300.0, 700.0]
    assert of(text)["share"] == [30.0, 70.0]


def test_amounts_that_are_not_whole_are_no_counts_of_intervals() -> None:
    text = "os,x\nMac,3.5\nLinux,6.5\n"
    with pytest.raises(FigureError, match="not all are whole, but intervals need what was counted"):
        reading(text, unit="count", counts=True, of="market")
    assert list(of(text, unit="count", counts=True)) == ["os", "share"]


def test_what_a_tally_has_written_of_clusters_is_read() -> None:
    text = "os,spam_share,messages,design_effect,clusters\nMac,30,3,2.5,40\nLinux,70,7,2.5,40\n"
    found = of(text, of="spam", counts=True)
    assert (found["design_effect"], found["clusters"]) == ([2.5, 2.5], [40.0, 40.0])
    with pytest.raises(FigureError, match="column 'design_effect': 'x' is not a number"):
        reading(text.replace("2.5", "x", 1), of="spam", counts=True)
