"""Blank cells are not passed over: refused with their lines, and settled."""

from __future__ import annotations

import pytest

from tests.asking import read, refused, settled, warned

W = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}


@pytest.mark.parametrize("blank", ["", "NULL", "n/a", "(empty)", "--"])
def test_a_row_without_a_name_is_refused(blank: str) -> None:
    table = f"os,visits\nWindows,900\n{blank},50\nLinux,30\nmacOS,70\n"
    assert "no name under 'os' on line 3" in refused(table).stderr
    dropped, filled, unknown = settled(table)
    assert filled == {}  # the name would stand twice
    assert dropped == W
    assert {name: unknown[name] for name in ("Linux",)} == {"Linux": 2.8571}


@pytest.mark.parametrize("heading", ["os", "Betriebssystem", "name"])
def test_merged_cells_of_names_are_filled_where_that_is_said(heading: str) -> None:
    rows = "Windows,10,600\n,11,300\nLinux,6,30\nmacOS,14,70\n"
    table = f"{heading},version,visits\n{rows}"
    assert f"--fill {heading} repeats the cell above" in refused(table, "--sum", "version").stderr
    assert read(table, "--sum", "version", "--fill", heading) == W


@pytest.mark.parametrize("heading", ["country", "Land", "pays"])
@pytest.mark.parametrize("how", ["--where", "--by"])
def test_a_blank_cell_of_a_column_that_is_used_is_refused(heading: str, how: str) -> None:
    table = f"{heading},os,visits\nDE,Windows,900\n,Linux,30\nDE,macOS,70\n"
    options = [how, f"{heading}=DE" if how == "--where" else heading]
    assert f"'{heading}' is blank on line 3" in refused(table, *options).stderr
    filled = settled(table, *options)[0]
    assert sorted(filled.values()) == [3.0, 7.0, 90.0]


@pytest.mark.parametrize("heading", ["Month", "Datum", "period"])
def test_a_blank_period_is_refused(heading: str) -> None:
    table = f"{heading},os,visits\n2010-03,Windows,900\n,Linux,30\n2010-03,macOS,70\n"
    assert f"'{heading}' is blank on line 3" in refused(table).stderr
    assert settled(table)[0] == W


def test_a_blank_cell_of_a_column_that_is_not_used_is_none_of_its_business() -> None:
    assert read("country,os,visits\nDE,Windows,900\n,Linux,30\nDE,macOS,70\n") == W


@pytest.mark.parametrize("missing", ["", "n/a", "NULL", "-", "--", "..", "(empty)", "k. A."])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_count_that_is_missing_leaves_the_total_unknown(missing: str, place: int) -> None:
    rows = ["Windows,900", "Linux,30", "macOS,70"]
    rows.insert(place, f"Haiku,{missing}")
    table = "\n".join(["os,visits", *rows, ""])
    assert "no count for 'Haiku'" in refused(table).stderr
    assert settled(table) == [W]


@pytest.mark.parametrize("missing", ["", "n/a", "NULL", "-", "..", "\\N"])
@pytest.mark.parametrize("place", [0, 3])
def test_a_share_that_is_missing_is_left_out_with_a_warning(missing: str, place: int) -> None:
    rows = ["Windows,90", "Linux,3", "macOS,7"]
    rows.insert(place, f"Haiku,{missing}")
    table = "\n".join(["os,share", *rows, ""])
    answer = warned(table)
    assert answer.figures == W
    assert "no figure for 'Haiku'" in answer.stderr
    assert read(table, "--drop", "Haiku", "--strict") == W


def test_missing_is_not_zero() -> None:
    assert read("os,share\nWindows,90\nLinux,0\nmacOS,10\n")["Linux"] == 0.0


def test_a_file_without_any_figure_is_refused() -> None:
    assert (
        "no row has a figure"
        in refused("os,share\nWindows,-\nLinux,n/a\n", "--column", "share").stderr
    )


def test_nameless_rows_can_be_made_a_rest(tmp_path: object) -> None:
    table = "os,visits\nWindows,900\n,50\nLinux,50\n"
    assert {"Windows": 90.0, "Linux": 5.0} in [
        {n: f for n, f in found.items() if n in W} for found in settled(table)
    ]
