"""Invariants that hold for every table, and what any bytes at all may do."""

from __future__ import annotations

import io
import warnings

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spamindex import SpamIndexError, read_shares
from spamindex.cli.formats import render
from tests.conftest import SHARE, Invoke, Write, rank

pytestmark = pytest.mark.no_cover  # the other tests alone are measured

NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
        lambda name: name.strip() == name
    ),
    min_size=2,
    max_size=8,
    unique_by=lambda name: name.casefold(),
)
WEIGHTS = st.lists(st.integers(1, 10_000), min_size=8, max_size=8)
SYSTEMS = ["Linux", "Windows", "macOS", "FreeBSD", "Android", "Haiku", "Other", "Solaris"]


def table(weights: list[int], scale: float = 1.0) -> pd.DataFrame:
    total = sum(weights)
    shares = [scale * 100 * weight / total for weight in weights]
    return pd.DataFrame({"os": SYSTEMS[: len(weights)], "share": shares})


@given(WEIGHTS, WEIGHTS, st.floats(0.01, 1.0))
def test_scaling_both_tables_leaves_the_ranking(
    spam: list[int], market: list[int], scale: float
) -> None:
    ranking = rank(table(spam), table(market)).ranking
    scaled = rank(table(spam, scale), table(market, scale)).ranking
    assert scaled["spam_index"].tolist() == pytest.approx(ranking["spam_index"].tolist())


@given(WEIGHTS, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_leaves_the_bytes(
    spam: list[int], market: list[int], random: object
) -> None:
    expected = render(rank(table(spam), table(market)).ranking, "csv")
    shuffled = [
        frame.sample(frac=1, random_state=random.randrange(2**32))  # type: ignore[attr-defined]
        for frame in (table(spam), table(market))
    ]
    assert render(rank(*shuffled).ranking, "csv") == expected


@given(WEIGHTS)
def test_percents_and_fractions_give_the_same_shares(weights: list[int]) -> None:
    # Ten thousandths of a percent, so that both units can be written out exactly.
    parts = [1_000_000 * weight // sum(weights) for weight in weights]
    percent = "".join(
        f"{os},{part / 10_000:.4f}\n" for os, part in zip(SYSTEMS, parts, strict=True)
    )
    fraction = "".join(
        f"{os},{part / 1_000_000:.6f}\n" for os, part in zip(SYSTEMS, parts, strict=True)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shares = [
            read_shares(io.BytesIO(f"os,x\n{table}".encode()), unit=unit)
            for table, unit in ((percent, "percent"), (fraction, "fraction"))
        ]
    assert shares[0]["share"].tolist() == shares[1]["share"].tolist()


@given(NAMES)
def test_any_name_comes_out_as_it_went_in(names: list[str]) -> None:
    frame = pd.DataFrame({"os": names, "share": [100 / len(names)] * len(names)})
    written = render(frame, "csv")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = read_shares(io.BytesIO(written.encode()), column="share", unit="percent")
    except SpamIndexError:
        return  # refused is right too: a blank name, a total, a comment, a name that is too odd
    assert set(read["os"]) <= set(names)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.text().map(str.encode) | st.text('",;\t|\r\n.%-019eEaL').map(str.encode))
def test_any_bytes_give_a_ranking_or_lines_of_error(
    invoke: Invoke, write: Write, content: bytes
) -> None:
    result = invoke("compute", write("spam.csv", content), SHARE)
    if result.exit_code == 0:
        assert result.stdout
    else:
        assert result.exit_code == 1
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert lines[-1].startswith("spamindex: error: ")
        assert all(line.startswith("spamindex: ") for line in lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*SYSTEMS, "Mac", "OS X", "", "Total"]),
            st.sampled_from(["5.14", "92,65", "0", "-1", "n/a", "1,234", "12 %", "inf", "", "x"]),
        ),
        max_size=6,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_any_table_gives_a_ranking_or_lines_of_error(
    invoke: Invoke, write: Write, rows: list[tuple[str, str]], delimiter: str
) -> None:
    lines = [delimiter.join(("os", "share")), *(f'"{os}"{delimiter}"{x}"' for os, x in rows)]
    result = invoke("compute", write("spam.csv", "\n".join(lines)), SHARE)
    assert result.exit_code in (0, 1)
    assert bool(result.stdout) == (result.exit_code == 0)
    assert "nan" not in result.stdout.casefold()
