"""Rows that hold others, and rows of one name: left out, added up, or refused."""

from __future__ import annotations

import shlex

import pytest

from tests.asking import read, refused, settled, shares, warned

W = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}
C = {"Norway": 40.0, "Sweden": 20.0, "Japan": 40.0}


def drop(*names: str) -> list[str]:
    return [word for name in names for word in ("--drop", name)]


@pytest.mark.parametrize(
    "mark", ["  ", "\t", "\u00a0\u00a0", "- ", "• ", ".. ", "└─ ", "-> ", "of which ", "davon "]
)
def test_versions_listed_under_their_system_are_doubted(mark: str) -> None:
    rows = f"Windows,900\n{mark}Windows 10,600\n{mark}Windows 11,300\nLinux,30\nmacOS,70\n"
    table = f"os,visits\n{rows}"
    assert "which may hold it" in refused(table).stderr
    own = mark if mark.strip() else ""
    assert read(table, *drop(f"{own}Windows 10", f"{own}Windows 11")) == W


def test_names_that_all_have_the_mark_are_a_list_and_not_parts() -> None:
    assert read("os,visits\n- Windows,900\n- Linux,30\n- macOS,70\n") == {
        "- Windows": 90.0, "- Linux": 3.0, "- macOS": 7.0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "versions"),
    [
        ("Windows,900\nWindows 10,600\n", ["Windows 10"]),
        ("Windows 10,600\nWindows 11,300\nWindows,900\n", ["Windows 10", "Windows 11"]),
        ("Windows,900\nWin XP,100\nWindows Vista,10\n", ["Win XP", "Windows Vista"]),
    ],
)
def test_a_family_that_may_hold_the_versions_beside_it_is_doubted(
    rows: str, versions: list[str]
) -> None:
    table = f"os,visits\n{rows}Linux,30\nmacOS,70\n"
    assert "'Windows' (line" in refused(table).stderr
    assert "a family that may hold its versions beside it" in refused(table).stderr
    assert read(table, *drop(*versions)) == W


def test_a_family_that_is_smaller_than_its_versions_holds_none_of_them() -> None:
    table = "os,visits\nWindows 10,800\nWindows,100\nLinux,30\nmacOS,70\n"
    assert read(table) == {"Windows 10": 80.0, "Windows": 10.0, "Linux": 3.0, "macOS": 7.0}
    assert read(table, "--family") == W


@pytest.mark.parametrize(
    "name", ["Total", "Gesamt", "Suma", "SOMME:", "Итого", "合計", "All systems", "Grand total", ""]
)
@pytest.mark.parametrize("unit", ["visits", "share"])
def test_an_exact_total_of_all_is_left_out_and_said(name: str, unit: str) -> None:
    figures = ["900", "30", "70", "1000"] if unit == "visits" else ["90", "3", "7", "100"]
    rows = zip(["Windows", "Linux", "macOS", name], figures, strict=True)
    table = f"os,{unit}\n" + "".join(f"{n},{f}\n" for n, f in rows)
    assert read(table) == W
    assert "left out as a total" in shares(table).stderr


@pytest.mark.parametrize("name", ["Kokku", "Alle Systeme", "Todos", "Jami", "PC und Mac"])
def test_a_total_by_a_name_that_nobody_knows_is_doubted(name: str) -> None:
    table = f"System;Nutzer\nWindows;900\nLinux;30\nmacOS;70\n{name};1000\n"
    assert "the sum of the rows next to it" in refused(table).stderr
    assert settled(table)[0] == W


def test_what_is_lost_with_a_total_larger_than_its_rows_is_said_where_it_may_be_dropped() -> None:
    answer = refused("os,visits\nTutti,1100\nWindows,900\nLinux,30\nmacOS,70\n")
    assert "a total of more rows?" in answer.stderr
    assert "--drop Tutti leaves it out, and makes shares of the rest" in answer.stderr


@pytest.mark.parametrize("at", range(1, 5))
def test_a_total_of_all_by_a_name_that_nobody_knows_is_doubted_wherever_it_stands(at: int) -> None:
    lines = ["country,visits", "Norway,400", "Sweden,250", "Japan,350"]
    table = "\n".join([*lines[:at], "Łącznie,1000", *lines[at:]])
    assert "'Łącznie'" in refused(table).stderr
    assert settled(table)[0] == {"Norway": 40.0, "Sweden": 25.0, "Japan": 35.0}


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("os,a,b\nWindows,80,3\nLinux,10,4\nmacOS,10,5\nTutti,100,12\n", "Tutti"),
        ("x,Windows,foo,bar,Tutti\nall,80,10,10,100\n", "Tutti"),
    ],
)
def test_whether_figures_are_the_whole_is_asked_of_what_is_not_dropped(
    table: str, name: str
) -> None:
    refused(table)
    assert list(read(table, "--drop", name).values()) == [80.0, 10.0, 10.0]


@pytest.mark.parametrize(
    "table",
    [
        "os,visits\nWindows,900\nLinux,30\nSubtotal,930\nmacOS,70\n",
        "System;Nutzer\nWindows;900\nLinux;30\nZwischensumme;930\nmacOS;70\n",
        "os,visits\nDesktop total,930\nWindows,900\nLinux,30\nmacOS,70\n",
        "os,share\nWindows,90\nLinux,3\nTotal,50\nmacOS,7\n",
    ],
)
def test_a_total_that_is_not_that_of_all_is_doubted(table: str) -> None:
    assert "called a total" in refused(table).stderr
    assert settled(table)[0] == W


@pytest.mark.parametrize("name", ["Total", "Alle Geräte", "All devices"])
def test_a_total_larger_than_the_rows_is_what_they_are_parts_of(name: str) -> None:
    table = f"os,devices\nWindows,900\nLinux,30\n{name},1000\n"
    answer = warned(table)
    assert answer.figures == {"Windows": 90.0, "Linux": 3.0}
    assert "rows are missing" in answer.stderr
    assert read(table, "--drop", name, "--strict") == {"Windows": 96.7742, "Linux": 3.2258}


@pytest.mark.parametrize(
    ("table", "groups"),
    [
        ("country,users\nNordics,600\nNorway,400\nSweden,200\nJapan,400\n", ["Nordics"]),
        ("country,users\nNorway,400\nSweden,200\nScandinavia,600\nJapan,400\n", ["Scandinavia"]),
        ("country,users\nWorld,1000\nEurope,600\nAsia,400\nNorway,400\nSweden,200\nJapan,400\n",
         ["World", "Europe", "Asia"]),
        ("Land;Nutzer\nEU;600\nNorway;400\nSweden;200\nJapan;400\n", ["EU"]),
        ("country,users\nNorway,400\nSweden,200\nJapan,400\nEurope,600\nAsia,400\n",
         ["Europe", "Asia"]),
    ],
)  # fmt: skip
def test_groups_among_their_members_are_doubted(table: str, groups: list[str]) -> None:
    answer = refused(table)
    for group in groups:
        assert f"'{group}' (line" in answer.stderr
    assert read(table, *drop(*groups)) == C


@pytest.mark.parametrize(
    "table",
    [
        "os,share\nDesktop,60\nWindows,50\nLinux,10\nMobile,40\niOS,30\nAndroid,10\n",
        "os,visits\nPC,600\nWindows,500\nLinux,100\nPhones,400\niOS,300\nAndroid,100\n",
    ],
)
def test_kinds_of_machines_above_their_systems_are_doubted(table: str) -> None:
    kinds = ["Desktop", "Mobile"] if "Desktop" in table else ["PC", "Phones"]
    refused(table)
    assert read(table, *drop(*kinds)) == {
        "Windows": 50.0, "Linux": 10.0, "iOS": 30.0, "Android": 10.0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("département,users\nSomme,100\nNord,510\nAisne,390\n", "Somme"),
        ("provider,messages\nGlobal,100\nAcme,510\nBeta,390\n", "Global"),
    ],
)
def test_a_word_for_a_total_may_be_a_name_where_another_row_is_larger(
    table: str, name: str
) -> None:
    assert read(table)[name] == 10.0


@pytest.mark.parametrize("table", ["Gerät;Anteil\nDesktop;60\nMobile;30\nTablet;10\n",
                                   "continent,users\nAsia,600\nEurope,300\nAfrica,100\n"])  # fmt: skip
def test_groups_alone_are_what_is_compared(table: str) -> None:
    assert sorted(read(table).values()) == [10.0, 30.0, 60.0]


@pytest.mark.parametrize(
    "name",
    ["Stand", "Updated", "Generated on 2010-03-01", "Export date", "Last updated:", "Rows: 3",
     "Source: 2010", "Stand vom 1.3.2010"],
)  # fmt: skip
def test_a_line_below_the_table_is_no_system(name: str) -> None:
    table = f"os,visits\nWindows,900\nLinux,30\nmacOS,70\n{name},20100301\n"
    assert "called like a line below a table" in refused(table).stderr
    assert settled(table)[0] == W


@pytest.mark.parametrize("mark", ["#", "//", "# "])
def test_a_row_that_is_commented_out_is_doubted(mark: str) -> None:
    table = f"os,visits\nWindows,900\n{mark}Linux,50\nLinux,30\nmacOS,70\n"
    assert "begins like a comment" in refused(table).stderr
    assert settled(table)[0] == W


@pytest.mark.parametrize("column", ["browser", "Gerät", "campaign"])
def test_rows_of_one_system_add_up_only_where_that_is_said(column: str) -> None:
    rows = "Windows,A,500\nWindows,B,400\nLinux,A,30\nmacOS,A,70\n"
    answer = refused(f"os,{column},visits\n{rows}")
    assert (
        f"--sum {shlex.quote(column)} adds them up, where they are parts of one whole"
        in answer.stderr
    )
    assert read(f"os,{column},visits\n{rows}", "--sum", column) == W


@pytest.mark.parametrize(
    ("column", "wanted", "other"),
    [
        ("Kennzahl", "Besuche", "Absprünge"),
        ("metric", "sessions", "bounces"),
        ("Status", "final", "preliminary"),
        ("mesure", "visites", "année"),
    ],
)
def test_different_measures_below_each_other_are_chosen_among(
    column: str, wanted: str, other: str
) -> None:
    table = f"os,{column},value\n" + "".join(
        f"{os},{wanted},{n}\n{os},{other},{n // 3}\n"
        for os, n in (("Windows", 900), ("Linux", 30), ("macOS", 70))
    )
    assert f"--where {shlex.quote(f'{column}={wanted}')} chooses one kind" in refused(table).stderr
    assert settled(table)[0] == W  # the safe way stands first


@pytest.mark.parametrize("blank", ["", "All", "Total", "(all)"])
@pytest.mark.parametrize("versions", [("10", "11", "6"), ("XP", "Vista", "Ubuntu")])
def test_a_row_for_all_versions_is_left_out_where_it_is_their_sum(
    blank: str, versions: tuple[str, ...]
) -> None:
    a, b, c = versions
    rows = f"Windows,{blank},900\nWindows,{a},600\nWindows,{b},300\nLinux,{c},30\nmacOS,14,70\n"
    table = f"os,version,visits\n{rows}"
    refused(table)
    assert settled(table)[0] == W
    assert "left out as the total along 'version'" in shares(table, "--sum", "version").stderr
    wrong = table.replace("900", "950")
    assert "is not what the others add up to" in refused(wrong, "--sum", "version").stderr


def test_rows_that_nothing_tells_apart_add_up_by_their_own_column_unless_one_is_the_sum() -> None:
    table = "os,visits\nWindows,500\nWindows,400\nLinux,30\nmacOS,70\n"
    assert "stands twice (lines 2-3), and nothing tells the rows apart" in refused(table).stderr
    assert settled(table) == [W]
    table = "os,visits\nWindows,900\nWindows,500\nWindows,400\nLinux,30\nmacOS,70\n"
    answer = refused(table, "--sum", "os")
    assert "'Windows' (line 2) is what the other rows of that name add up to" in answer.stderr


def test_shares_of_one_system_never_add_up() -> None:
    table = "os,browser,share\nWindows,A,60\nWindows,B,30\nLinux,A,3\nmacOS,A,7\n"
    assert "--sum" not in refused(table).stderr
    assert "shares never add up" in refused(table, "--sum", "browser").stderr
    assert "stands twice" in refused("os,share\nLinux,5\nMac,45\nMac,45\nBSD,5\n").stderr


def test_two_spellings_of_one_system_are_different_rows_of_it_and_add_up() -> None:
    assert read("os,share\nWindows,90\nLinux,3\nOS X,4\nmacOS,3\n") == {
        "Windows": 90.0, "Linux": 3.0, "OS X": 7.0
    }  # fmt: skip


@pytest.mark.parametrize("region", ["EU", "World", "Europe"])
def test_regions_that_hold_others_are_not_added_up(region: str) -> None:
    table = f"os,Region,visits\nWindows,{region},900\nWindows,Japan,100\nLinux,{region},50\n"
    answer = refused(table, "--sum", "Region")
    assert f"--where 'Region!={region}'" in answer.stderr


def test_a_row_that_stands_again_is_left_out_where_the_shares_are_whole_without_it() -> None:
    table = "os,share\nLinux,5\nMac,45\nLinux,5\nBSD,50\n"
    answer = shares(table)
    assert answer.figures == {"Linux": 5, "Mac": 45, "BSD": 50}
    assert "left out, as repeated: 'Linux' (line 4)" in answer.stderr
    assert "stands twice" in refused(table.replace("BSD,50", "BSD,45")).stderr
    assert "stands twice" in refused(table.replace("share", "visits")).stderr


@pytest.mark.parametrize("name", ["Total", "Summe", "All"])
def test_an_exact_total_of_percents_is_left_out_where_it_is_the_whole_alone(name: str) -> None:
    table = f"os,share %\nWindows,40\nLinux,10\n{name},50\n"
    assert "called a total, but not what the others add up to" in refused(table).stderr
    assert read(table.replace("40", "90").replace(",50", ",100")) == {"Windows": 90, "Linux": 10}
    assert read(table.replace("share %", "visits")) == {"Windows": 80.0, "Linux": 20.0}


def test_shares_of_several_rankings_are_told_apart_before_rows_are_dropped() -> None:
    table = "country,os,share\nDE,Windows,90\nDE,Linux,10\nUS,Windows,80\nUS,Linux,20\n"
    ways = [way.remedy.field for way in refused(table).ways]
    assert ways == ["where", "where", "by"]


def test_a_sum_of_neighbours_in_one_ranking_of_many_is_one_by_chance() -> None:
    rows = "".join(
        f"{year},A,{a}\n{year},B,{b}\n{year},C,{c}\n"
        for year, a, b, c in ((2008, 30, 20, 50), (2009, 31, 20, 53), (2010, 32, 25, 51))
    )
    table = f"year,country,visits\n{rows}"
    assert read(table, "--by", "year")["2008/C"] == 50.0
    always = table.replace("2010,C,51", "2010,C,57").replace("2009,C,53", "2009,C,51")
    assert "the sum of the rows next to it" in refused(always, "--by", "year").stderr


@pytest.mark.parametrize(("heading", "whole"), [("‰", 1000), ("share (bps)", 10000), ("%", 100)])
def test_a_total_of_shares_is_the_whole_in_their_unit(heading: str, whole: int) -> None:
    parts = [whole * percent // 100 for percent in (90, 3, 7)]
    rows = "".join(f"{name},{part}\n" for name, part in zip(W, parts, strict=True))
    assert read(f"os,{heading}\n{rows}Total,{whole}\n") == W


def test_of_two_rows_of_one_name_the_indented_one_can_be_dropped_or_the_other() -> None:
    table = "os,visits\nWindows,900\nLinux,30\n  Linux,20\n  Ubuntu,10\nmacOS,70\n"
    assert "--drop '  Linux' leaves it out" in refused(table).stderr
    assert read(table, *drop("  Linux", "Ubuntu")) == W
    assert "'Linux' (line 4)" in refused(table, *drop("Linux")).stderr


def test_a_row_that_was_pasted_twice_is_not_added_up_by_advice() -> None:
    answer = refused("os,visits\nWindows,900\nLinux,30\nLinux,30\nmacOS,70\n")
    assert "leave out of the file what was pasted twice" in answer.stderr
    assert not answer.ways


@pytest.mark.parametrize(
    "name",
    [
        "All Windows",
        "Windows family",
        "Total (filtered)",
        "Max",
        "Median",
        "PCs",
        "EU27_2020",
        "Desktop OS",
        "Asia (rest)",
    ],
)
def test_a_row_that_speaks_of_others_is_no_system(name: str) -> None:
    table = f"os,visits\n{name},700\nWindows,650\nLinux,200\nmacOS,150\n"
    said = refused(table).stderr
    assert f"{name!r} (line 2)" in said
    assert f"--drop {shlex.quote(name)}" in said
    assert read(table, "--drop", name) == {"Windows": 65.0, "Linux": 20.0, "macOS": 15.0}


def test_all_other_is_a_rest() -> None:
    table = "os,visits\nWindows,700\nLinux,200\nAll other,100\n"
    assert read(table) == {"Windows": 70.0, "Linux": 20.0, "All other": 10.0}


@pytest.mark.parametrize(
    ("table", "units"),
    [
        ("os,unit,value\nWindows,thousand,7\nLinux,units,3000\n", "thousand, units"),
        ("os,visits,unit\nWindows,7,K\nLinux,3000,\n", "none, K"),
        ("os,multiplier,visits\nWindows,1000,7\nLinux,1,2000\n", "1000, 1"),
    ],
)
def test_a_unit_for_each_row(table: str, units: str) -> None:
    assert f"differ ({units}): write all figures in one unit" in (refused(table).stderr)


def test_shares_of_several_wholes_are_no_counts() -> None:
    table = "browser,os,share\nA,Windows,80\nA,Linux,20\nB,Windows,30\nB,Linux,70\n"
    said = refused(table, "--sum", "browser").stderr
    assert "shares never add up, so not along 'browser'" in said
    assert "--unit" not in said
