"""Inputs that were read wrong, or refused without need: each stands for its kind."""

from __future__ import annotations

import io

import pytest

from spamindex.errors import SpamIndexError
from spamindex.tables.options import TableOptions, Where
from spamindex.tables.shares import Reading, read_table

THREE = "Windows,900\nLinux,30\nmacOS,70\n"
RIGHT = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}


def reading(text: str, **fields: object) -> Reading:
    source = io.BytesIO(text.encode())
    source.name = "t.csv"
    return read_table(source, TableOptions(of="market").with_fields(fields))


def read(text: str, **fields: object) -> dict[str, float]:
    shares = reading(text, **fields).shares
    return dict(zip(shares["os"], shares["share"].round(9), strict=True))


def refused(text: str, **fields: object) -> str:
    with pytest.raises(SpamIndexError) as caught:
        reading(text, **fields)
    return str(caught.value)


@pytest.mark.parametrize("rest", ["Chro", "C", "FooO"])
def test_a_last_line_that_is_cut_off_is_warned_of_and_is_no_footer(rest: str) -> None:
    warning = reading(f"os,visits\n{THREE}{rest}").findings.warning()
    assert warning is not None
    assert "is it cut off?" in warning
    assert reading(f"os,visits\n{THREE}\nSource: a survey").findings.warning() is None


def test_a_last_figure_that_ends_with_its_decimal_mark_is_cut_off() -> None:
    warning = reading("os,share\nWindows,90.21\nmacOS,7.54\nLinux,2.").findings.warning()
    assert warning is not None
    assert "is it cut off?" in warning


def test_the_last_row_of_a_table_with_blank_lines_and_dates_is_a_row() -> None:
    rows = [f"2010-03-0{day},{row}" for day in (1, 2) for row in THREE.splitlines()]
    table = "date,os,visits\n" + "\n\n".join(rows) + "\n"
    assert read(table, period="all") == RIGHT
    assert (
        read("os,visits,date\nWindows,900,2010-03-01\nLinux,30,2010-03-01\n\nmacOS,70,2010-03-01\n")
        == RIGHT
    )
    assert read(f"os,visits\n{THREE}\nUpdated,2010-03-01\n") == RIGHT


def test_a_row_with_a_figure_that_cannot_be_read_is_no_other_table_below() -> None:
    answer = refused("os,visits\nWindows,900\nLinux,30\n\nmacOS,70 *\nBSD,5\n")
    assert "'70 *' is not a number" in answer


@pytest.mark.parametrize("name", ["Everything", "Overall figure", "Alles zusammen"])
def test_sums_of_one_browser_are_no_systems_where_browsers_are_added_up(name: str) -> None:
    parts = {"A": (600, 20, 50), "B": (300, 10, 20)}
    table = "browser,os,visits\n" + "".join(
        f"{a},Windows,{w}\n{a},Linux,{x}\n{a},macOS,{m}\n{a},{name},{w + x + m}\n"
        for a, (w, x, m) in parts.items()
    )
    assert "the sum of the rows next to it" in refused(table, sum="browser")
    assert read(table, sum="browser", drop=name) == RIGHT


def test_a_total_of_each_browser_is_left_out_where_browsers_are_added_up() -> None:
    table = (
        "browser,os,visits\nA,Windows,600\nA,Linux,20\nA,macOS,50\nA,Total,670\n"
        "B,Windows,300\nB,Linux,10\nB,macOS,20\nB,Total,330\n"
    )
    assert read(table, sum="browser") == RIGHT


@pytest.mark.parametrize("heading", ["Actions per visit", "Seiten pro Besuch", "Pages par visite"])
def test_a_measure_by_visit_is_no_rival_of_the_visits(heading: str) -> None:
    assert read(f"os,visits,{heading}\nWindows,900,2\nLinux,30,4\nmacOS,70,3\n") == RIGHT


def test_visits_per_day_are_not_taken_before_what_is_counted() -> None:
    table = "os,sessions,visits per day\nWindows,900,2\nLinux,30,4\nmacOS,70,3\n"
    assert read(table) == RIGHT
    assert "which column" in refused(table.replace("sessions", "visits"))


def test_a_system_with_a_figure_that_cannot_be_read_is_not_passed_over_in_a_wide_table() -> None:
    table = "month,Windows,macOS,Linux\n2010-01,90,7,3^1\n2010-02,90,7,3\n"
    assert "'3^1' is not a number" in refused(table, period="2010-01")
    assert read(table, period="2010-02") == {"Windows": 90.0, "macOS": 7.0, "Linux": 3.0}


def test_a_row_without_a_name_beside_a_column_for_each_period_is_refused() -> None:
    table = "OS,2010-01,2010-02\nWindows,90,91\n,3,3\nmacOS,7,6\n"
    assert "no name under 'OS' on line 3" in refused(table, period="2010-02")


def test_rounding_of_figures_in_millions_is_known() -> None:
    assert (
        read("os,users\nWindows,0.9E-6M\nLinux,0.03E-6M\nmacOS,0.07E-6M\n", unit="count") == RIGHT
    )


@pytest.mark.parametrize("heading", ["Share (per mille)", "Anteil (bps)"])
def test_a_sign_that_contradicts_the_heading_is_refused(heading: str) -> None:
    assert "give different units" in refused(f"os,{heading}\nWindows,%900\nLinux,%30\nmacOS,%70\n")
    assert read("os,Share ‰\nWindows,900 ‰\nLinux,30 ‰\nmacOS,70 ‰\n") == RIGHT


@pytest.mark.parametrize("heading", ["ham_count", "Count last month", "expected counts"])
def test_a_count_of_something_else_is_not_taken(heading: str) -> None:
    assert "may be something else" in refused(f"os,{heading}\n{THREE}")
    assert read(f"os,user_id Count\n{THREE}") == RIGHT


@pytest.mark.parametrize("heading", ["%", "fraction", "Anteil in Prozent", "share"])
def test_parts_of_all_groups_together_are_refused_whatever_the_heading(heading: str) -> None:
    times = 0.01 if heading == "fraction" else 1
    table = f"os,device,{heading}\n" + "".join(
        f"{os},{device},{n * times:.10g}\n"
        for os, device, n in (
            ("Windows", "desktop", 45), ("Linux", "desktop", 1.5), ("macOS", "desktop", 3.5),
            ("Android", "mobile", 30), ("iOS", "mobile", 20),
        )
    )  # fmt: skip
    assert "only together" in refused(table, where="device!=mobile")
    assert read(table, where="device!=mobile", unit="count") == RIGHT


def test_parts_of_the_whole_of_each_period_are_refused() -> None:
    rows = [f"2010-0{m},{c},{os},{n}" for m in (1, 2) for c, os, n in
            (("DE", "A", 20), ("DE", "B", 40), ("FR", "A", 10), ("FR", "B", 30))]  # fmt: skip
    table = "\n".join(["month,country,os,share", *rows, ""])
    assert "only together" in refused(table, where="country=DE", by="month")
    # What was chosen of two wholes that are not 100 is a part as any other.
    table = table.replace("FR,B,30", "FR,B,20")
    assert read(table, where=["country=DE", "month=2010-01"]) == {"A": 20.0, "B": 40.0}


def test_figures_with_a_word_for_millions_may_have_decimals_or_not() -> None:
    table = 'os,value\nWindows,45 Mio\nLinux,"1,5 Mio"\nmacOS,"3,5 Mio"\n'
    assert read(table) == RIGHT


@pytest.mark.parametrize(
    "name", ["Linux (all)", "Linux (any)", "Linux (gesamt)", "Windows Ergebnis"]
)
def test_a_total_in_brackets_is_a_total(name: str) -> None:
    assert "called a total" in refused(f"os,visits\n{THREE}{name},25\nUbuntu,10\n")


@pytest.mark.parametrize("name", ["N", "Erhoben", "Stichprobe", "Data"])
def test_what_is_no_known_system_and_more_than_all_others_is_refused(name: str) -> None:
    table = f"os,visits\n{THREE}{name},5120\n"
    assert "more than all others together" in refused(table)
    assert read(table, drop=name) == RIGHT
    wide = f"month,Windows,Linux,macOS,{name}\n2010-01,900,30,70,5120\n"
    assert "more than all others together" in refused(wide)
    assert read(f"Land,Besuche\nFR,30\nDE,70\n{name},900\n") == {"FR": 3.0, "DE": 7.0, name: 90.0}


@pytest.mark.parametrize("name", [";Linux", "--Linux", "!Linux", "(Linux)", "~~Linux~~", "'Linux"])
def test_a_row_put_out_of_use_by_a_mark_is_refused_beside_the_row_itself(name: str) -> None:
    table = f"os,visits\nWindows,900\n{name},20\nLinux,30\nmacOS,70\n"
    refused(table)


@pytest.mark.parametrize("sign", ["〃", ",,", "ditto", "''"])
def test_a_sign_for_the_same_as_above_is_no_name(sign: str) -> None:
    table = f'os,device,visits\nWindows,PC,500\n"{sign}",Tablet,400\nLinux,PC,30\nmacOS,PC,70\n'
    assert "no name under" in refused(table, sum="device")
    assert read(table, sum="device", fill="os") == RIGHT


@pytest.mark.parametrize("value", ["*", "Windows", "(0)"])
def test_a_value_that_is_always_the_sum_of_the_others_is_not_added_up(value: str) -> None:
    of_one = f"os,edition,units\nWindows,{value},900\nWindows,Home,500\nWindows,Pro,400\n"
    answer = refused(of_one + f"Linux,{value},30\nmacOS,x,70\n", sum="edition")
    assert answer.endswith("which is what the others add up to: take such rows out of the file")
    answer = refused(of_one + "Linux,x,30\nmacOS,x,70\n", sum="edition")
    assert f"where='edition!={value}' leaves it out" in answer
    rest = of_one + "Linux,x,30\nmacOS,x,70\n"
    assert read(rest, sum="edition", where=f"edition!={value}") == RIGHT


def test_desktop_and_tablet_are_parts_of_the_whole_in_a_column_of_their_own() -> None:
    table = "os,device,visits\nWindows,PC,500\nWindows,tablet,400\nLinux,PC,30\nmacOS,PC,70\n"
    assert read(table, sum="device") == RIGHT


@pytest.mark.parametrize("heading", ["FY", "Exercice", "Geschäftsjahr", "Academic year"])
def test_a_year_that_begins_in_one_and_ends_in_the_next_is_no_month(heading: str) -> None:
    table = f"{heading},os,share\n2010-11,Windows,90\n2010-11,Linux,10\n2011-12,Windows,90\n"
    assert "is not a period" in refused(table, period="2010-11")


def test_fill_repeats_what_stands_above_a_dash_that_is_refused_as_blank() -> None:
    table = "Land,os,share\nDE,Windows,90\n-,Linux,3\n-,macOS,7\n"
    assert "fill='Land' repeats the cell above" in refused(table, where="Land=DE")
    assert read(table, where="Land=DE", fill="Land") == RIGHT


def test_bold_names_and_figures_of_a_markdown_table_are_plain_ones() -> None:
    table = (
        "| **OS** | *Share* |\n|---|---|\n| **Windows** | 90 |\n| `Linux` | 3 |\n| macOS | _7_ |\n"
    )
    assert read(table + "| **Total** | **100** |\n") == RIGHT
    assert "~~BSD~~" in read("|OS|Share|\n|-|-|\n|Linux|93|\n|~~BSD~~|7|\n")


@pytest.mark.parametrize("heading", ["(hundreds)", "in 1000", "(x 1,000)", "[x1000]"])
def test_counts_in_hundreds_or_thousands_are_too_coarse_for_intervals(heading: str) -> None:
    table = f'os,"messages {heading}"\n{THREE}'
    assert read(table) == RIGHT
    assert "too coarse for intervals" in refused(table, of="spam", counts=True)


def test_a_row_without_a_cell_is_refused_where_a_date_stands_under_a_figure() -> None:
    table = (
        "kind,os,share,date\nA,Windows,90,2010-03-01\nA,Linux,3,2010-03-01\nmacOS,7,2010-03-01\n"
    )
    answer = refused(table, where="kind=A", unit="percent")
    assert "'2010-03-01' stands where others have a figure: is a cell missing?" in answer


@pytest.mark.parametrize("heading", ["Rechnungsjahr", "Ausgabe", "rilevazione"])
def test_years_that_alone_tell_rows_apart_are_chosen_by_their_column(heading: str) -> None:
    table = (
        f"{heading},os,share\n2009,Windows,80\n2009,Linux,20\n2010,Windows,90\n"
        "2010,Linux,3\n2010,macOS,7\n"
    )
    assert f"where='{heading}=2009' chooses one kind" in refused(table)
    assert read(table, where=f"{heading}=2010") == RIGHT


def test_years_beside_systems_that_stand_once_are_no_periods() -> None:
    assert read("os,Debut,visits\nWindows,1985,900\nLinux,1991,30\nmacOS,1991,70\n") == RIGHT
    wide = "Land,Windows,Linux,Haiku\nDE,45000,1500,2000\nDE,45000,1500,1900\n"
    assert "2000" not in refused(wide, unit="count")
    assert read("Windows,Linux,Haiku\n90000,8000,2000\n")["Haiku"] == 2.0


@pytest.mark.parametrize(
    ("label", "rows"),
    [
        ("is_spam", ["no", "no"]),
        ("is_spam", ["True", "False"]),
        ("verdict", ["spam", "ham"]),
        ("class", ["spam", "not spam"]),
        ("measure", ["visits", "users"]),
    ],
)
def test_rows_of_which_a_label_says_something_else_are_refused(label: str, rows: list[str]) -> None:
    one, other = rows
    table = f"os,{label},messages\nWindows,{one},90\nLinux,{other},10\n"
    with pytest.raises(SpamIndexError, match="which may be something else than the shares"):
        read(table)
    assert sum(read(table, where=(Where(label, one),)).values()) == 100


def test_a_version_is_no_sum_of_its_editions() -> None:
    table = "os,visits\nWindows 10,500\nWindows 10 Pro,300\nWindows 10 Home,200\niOS,400\n"
    with pytest.raises(SpamIndexError, match="'Windows 10' .*a family that may hold its versions"):
        read(table)
    alone = "os,visits\nWindows Server 2008,500\nWindows Server 2008 R2,300\niOS,400\n"
    assert len(read(alone)) == 3


def test_columns_of_countries_are_no_decimals() -> None:
    with pytest.raises(SpamIndexError, match="column holds the market shares: 'DE' or 'FR'"):
        read("OS,DE,FR\nWindows,95,90\nLinux,5,10\n")


def test_a_total_along_what_is_added_up_is_not_in_the_sum_of_all() -> None:
    table = "browser,os,visits\nA,Windows,900\nA,Linux,100\nAll,Windows,900\nAll,Linux,100\n"
    assert reading(table, sum=("browser",)).findings.facts[1] == "counts, 1,000 in all"


@pytest.mark.parametrize(("heading", "day"), [("as of", "Dec 2012"), ("Stichtag", "31.12.2012")])
def test_a_date_that_all_rows_have_dates_the_table(heading: str, day: str) -> None:
    found = reading(f"os,visits,{heading}\nWindows,900,{day}\nLinux,100,{day}\n")
    assert found.periods[0].startswith("2012-12")


def test_nothing_that_a_table_lacks_has_to_be_left_out() -> None:
    table = "os,country,visits\nWindows,FR,900\nLinux,FR,100\n"
    assert len(read(table, where=(Where("country", "DE", negated=True),))) == 2
