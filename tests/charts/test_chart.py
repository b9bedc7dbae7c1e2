"""Pictures of rankings, in the terminal and as files."""

from __future__ import annotations

import io
import itertools
import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spamindex
from spamindex.charts import axis, panels, terminal
from spamindex.charts import figure as pictures
from spamindex.cli.chart import read_ranking
from spamindex.errors import ColumnError, FigureError, MatchError, SpamIndexError
from tests.conftest import Invoke, Write

RANKING = """\
os,spam_share,market_share,spam_index,low,high,interval
Linux,50,10,5,2,9,95%
Windows,49,70,0.7,0.5,0.9,95%
Haiku,1,0,,,,
Mac OS X,0,20,0,0,0.4,95%
"""
PUBLISHED = "os,spam_index\nLinux,4.99\nOther,1.08\nWindows,1.01\nMac OS X,0.000187\n"
WIDE = "os,spam_index\nLinux,60\nWindows,1.01\nmacOS,0.3\nAIX,0.0043\nHaiku,9.4e-05\nBeOS,0\n"
MONTHS = "month,os,spam_share,market_share,spam_index\n" + "".join(
    f"{month},{os},1,1,{index}\n"
    for month, indexes in (("2010-01", (2, 0.5)), ("2010-02", (3, "")), ("2010-04", (4, 0)))
    for os, index in zip(("Linux", "Windows"), indexes, strict=True)
)
MANY = "month,Country,spam_index\n" + "".join(
    f"2010-{month:02},C{i:02},{i}\n" for month in (1, 2, 3) for i in range(1, 13)
)


def charted(content: str, **options: Any) -> panels.Chart:
    frame, by, _ = read_ranking(io.BytesIO(content.encode()))
    return panels.make_chart(frame, by, **options)


def image(content: str, kind: str = "svg", **options: Any) -> bytes:
    drawing, doubts = pictures.draw_image(charted(content), kind, **options)
    assert doubts == []
    return drawing


def drawn(content: str, width: int = 60, **options: Any) -> str:
    return terminal.draw(charted(content, **options), width)


def words_of(svg: bytes) -> list[str]:
    """The texts of an SVG, title and description first."""
    texts = (element.text for element in ET.fromstring(svg).iter() if element.text)
    return [text for text in texts if text.strip() and "stroke-linejoin" not in text]


# ---- The axis ----


def test_five_times_looks_like_five_times() -> None:
    lengths = {
        line.split()[0]: line.count("█")
        for line in drawn(PUBLISHED, 112).splitlines()
        if "█" in line
    }
    assert lengths["Linux"] == pytest.approx(4.94 * lengths["Windows"], abs=5)
    figure = spamindex.chart(pd.read_csv(io.StringIO(PUBLISHED)))
    linux, _, windows, _ = (bar.get_extents().width for bar in figure.axes[0].patches)
    assert linux / windows == pytest.approx(4.99 / 1.01)
    assert figure.axes[0].get_xlim()[0] == 0


def test_the_axis_is_linear_up_to_20_and_else_a_log_one() -> None:
    assert not charted("os,spam_index\na,20\nb,1\n").axis.is_log
    assert charted("os,spam_index\na,21\nb,1\n").axis.is_log
    assert not charted("os,spam_index\na,21\nb,1\n", scale="linear").axis.is_log
    assert charted(PUBLISHED, scale="log").axis.is_log


def test_a_linear_axis_shows_1_where_all_indexes_are_less() -> None:
    assert charted("os,spam_index\na,0.1\n").axis.end == 1.2


def test_what_is_below_a_hundredth_is_at_the_edge_of_a_log_axis_with_an_arrow() -> None:
    logs = charted(WIDE).axis
    assert logs.start == -2
    assert logs.break_position is not None
    assert logs.position(0.0043) == logs.position(9.4e-05) == logs.edge
    assert logs.lower < logs.position(0) < logs.break_position < logs.edge < logs.position(0.01)
    assert (
        drawn(WIDE)
        == """\
Spam index by operating system
spam share ÷ market share (log scale)

  Linux                          ┊                ●    60.00
Windows                          ●                      1.01
  macOS                     ●    ┊                      0.30
    AIX      ◂                   ┊                    0.0043
  Haiku      ◂                   ┊                    0.0001
   BeOS  ●                       ┊                         0
        └┴─//──┴────────┴────────┼─────────┴────────
         0   0.01      0.1       1        10
                                 1 = fair share
"""
    )


def test_an_end_of_an_interval_far_beyond_the_indexes_is_an_arrow() -> None:
    far = charted("os,spam_index,low,high\na,2,1,3\nb,1,0.1,500\nc,1,0.5,\n").axis
    assert (far.is_log, far.end) == (False, 3)
    assert (far.overflow(500), far.overflow(math.nan), far.overflow(2)) == (1, 1, 0)


FIGURES = st.one_of(st.none(), st.just(0.0), st.floats(1e-9, 1e9))


@given(
    st.lists(FIGURES, min_size=1, max_size=12),
    st.integers(2, 12),
    st.sampled_from(["linear", "log", None]),
)
def test_the_axis_holds_every_index_and_1(
    indexes: list[float | None], most: int, scale: axis.ScaleKind | None
) -> None:
    rows = [{"os": f"OS {i}", "spam_index": index} for i, index in enumerate(indexes)]
    found = charted(json.dumps(rows), scale=scale).axis
    for index in indexes:
        if index is not None:
            assert found.lower <= found.position(index) <= found.upper
    assert found.lower < found.fair_share < found.upper
    ticks = found.ticks(most)
    assert 1 <= len(ticks) <= most
    assert [place for place, _ in ticks] == sorted(place for place, _ in ticks)
    assert not [text for _, text in ticks if "e" in text]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12), st.floats(0.1, 0.8))
def test_labels_never_overlap(wanted: list[float], size: float) -> None:
    places = sorted(axis.spread_labels(wanted, [size] * len(wanted), 0, 10))
    assert all(b - a >= size - 1e-9 for a, b in itertools.pairwise(places))
    assert places[0] >= size / 2 - 1e-9
    assert places[-1] <= 10 - size / 2 + 1e-9


def test_a_label_that_touches_no_other_stays() -> None:
    assert axis.spread_labels([5.0] * 8 + [10.5], [1.0] * 9, 0, 20) == [
        *(1.5 + i for i in range(8)),
        10.5,
    ]


def test_periods_lie_in_time() -> None:
    assert axis.time_positions(["2010", "2012"]) == [2011, 2013]
    assert axis.time_positions(["2010-Q1", "2010-Q3", "2011-Q1"]) == [8041, 8043, 8045]
    days = axis.time_positions(["2010-02-28", "2010-03-01"])
    assert days[1] - days[0] == 1
    assert axis.time_positions(["1", "2", "12"]) == [1, 2, 12]
    assert axis.time_positions(["2010", "2010-05", "soon"]) == [0, 1, 2]


def test_the_last_period_is_always_named() -> None:
    for count in range(2, 70):
        assert axis.choose_period_ticks(list(map(float, range(count))), 6)[-1] == count - 1


def test_how_an_index_is_written() -> None:
    figures = (4.9903, 12.0, 0.0123, 0.0, 0.00019, 9.4e-05, 1e-7, 812.4, 1e7, math.nan)
    assert [panels.format_index(figure) for figure in figures] == [
        "4.99", "12.00", "0.012", "0", "0.0002", "0.0001", "<0.0001", "812", ">1,000,000",
        "no index",
    ]  # fmt: skip


# ---- What is drawn ----


def test_the_category_goes_by_its_heading() -> None:
    assert drawn("Country,spam_index\nDE,2\n").startswith("Spam index by Country\n")
    assert drawn("OS,spam_index\na,2\n").startswith("Spam index by operating system\n")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("95%", "95 % interval"),
        ("95% simultaneous", "95 % simultaneous interval"),
        ("rounding", "rounding"),
        ("", "low to high"),
    ],
)
def test_an_interval_says_what_it_is(kind: str, said: str) -> None:
    content = f"os,spam_index,low,high,interval\na,2,1,3,{kind}\n"
    assert f"├─┤ {said}\n" in drawn(content)
    assert said.replace("rounding", "Rounding").replace("low to", "Low to") in words_of(
        image(content)
    )
    over_time = "month,os,spam_index,low,high,interval\n" + "".join(
        f"2010-0{month},a,2,1,3,{kind}\n" for month in (1, 2)
    )
    words = words_of(image(over_time))
    assert f"spam share ÷ market share; bands: {said}" in words


def test_intervals_of_two_kinds_are_refused() -> None:
    with pytest.raises(ColumnError, match=r"'interval' says 95%, rounding: one picture needs one"):
        charted("os,spam_index,low,high,interval\na,2,1,3,95%\nb,2,1,3,rounding\n")


def test_names_to_highlight_are_coloured_and_the_others_grey() -> None:
    chart = charted(PUBLISHED, highlight=["linux", "Windows"])
    assert chart.colours == {"Linux": 0, "Windows": 1}
    figure = spamindex.chart(pd.read_csv(io.StringIO(PUBLISHED)), highlight="Linux")
    colours = [bar.get_facecolor() for bar in figure.axes[0].patches]
    assert colours[0] != colours[1]
    assert colours[1:] == colours[1:2] * 3


def test_a_name_to_highlight_that_is_not_there_is_refused() -> None:
    with pytest.raises(MatchError, match=r"nothing in the ranking is called 'Plan 9'; it holds L"):
        charted(PUBLISHED, highlight=["Linux", "Plan 9"])


def test_lines_are_grey_but_for_the_eight_highest() -> None:
    assert list(charted(MANY).colours) == [f"C{i:02}" for i in range(12, 4, -1)]
    assert list(charted(MANY, highlight=["C01"]).colours) == ["C01"]
    assert drawn(MANY).splitlines()[-1].endswith("· 4 others")
    words = words_of(image(MANY))
    assert "spam share ÷ market share; in grey: 4 others" in words


def test_a_line_has_a_gap_where_a_period_is_missing() -> None:
    content = "month,os,spam_index\n" + "".join(
        f"{month},a,2\n" for month in ("2010-01", "2010-02", "2010-03", "2010-07", "2010-08")
    )
    chart = charted(content)
    assert chart.segments(chart.panels[0].series[0]) == [[0, 1, 2], [3, 4]]


def test_a_line_has_a_gap_where_an_index_is_missing() -> None:
    chart = charted(MONTHS)
    linux, windows = chart.panels[0].series
    assert (chart.segments(linux), chart.segments(windows)) == ([[0, 1], [2]], [[0], [2]])


def test_a_line_is_broken_before_0_on_a_log_axis_only() -> None:
    content = "month,os,spam_index\n2010-01,a,2\n2010-02,a,0\n2010-03,a,2\n"
    for scale, runs in (("linear", [[0, 1, 2]]), ("log", [[0], [1], [2]])):
        chart = charted(content, scale=scale)
        assert chart.segments(chart.panels[0].series[0]) == runs


def test_a_last_index_of_an_earlier_period_says_so() -> None:
    content = "month,os,spam_index\n2010-01,a,2\n2010-01,b,3\n2010-02,a,2\n2010-02,b,\n"
    assert drawn(content).splitlines()[-1] == "A a 2.00            B b 3.00 (2010-01)"
    assert "b  3.00 (2010-01)" in words_of(image(content))


# ---- In the terminal ----


def test_a_chart_in_the_terminal(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    result = invoke("chart", write("r.csv", RANKING), "--title", "Who?", "--source", "The mail")
    assert result.exit_code == 0, result.stderr
    assert (
        result.stdout
        == """\
Who?

Spam index by operating system
spam share ÷ market share, ├─┤ 95 % interval

   Linux ········├──────────●──────────────┤       5.00 (2.00 to 9.00)
 Windows ··├●┊                                     0.70 (0.50 to 0.90)
Mac OS X ●─┤ ┊                                        0 (0 to 0.40)
   Haiku     ┊                                 no index
         └───┼───┴──────┴───────┴──────┴─────
         0       2      4       6      8
             1 = fair share

Source: The mail
"""
    )


def test_a_chart_without_intervals_has_bars(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = invoke("chart", write("r.csv", PUBLISHED))
    assert result.exit_code == 0, result.stderr
    assert (
        result.stdout
        == """\
Spam index by operating system
spam share ÷ market share

   Linux ████████████████████████████████████████▊      4.99
   Other ████████▉                                      1.08
 Windows ████████▎                                      1.01
Mac OS X         ┊                                    0.0002
         └───────┼───────┴────────┴───────┴───────┴─
         0       1       2        3       4       5
                 1 = fair share
"""
    )


def test_a_chart_may_be_higher_than_the_terminal(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "5")
    rows = "".join(f"OS {i},{i + 1}\n" for i in range(60))
    result = invoke("chart", write("r.csv", f"os,spam_index\n{rows}"))
    assert len(result.stdout.splitlines()) == 66
    assert result.stdout.splitlines()[3].endswith("60.00")


def test_an_odd_ranking_is_drawn(invoke: Invoke, write: Write) -> None:
    ranking = write("r.csv", 'os,spam_index\n"",1e100\nb,0.5\nc,1e-50')
    result = invoke("chart", ranking)
    assert result.exit_code == 0
    assert result.complaints == ["warning: r.csv: the last line has no line end: is it cut off?"]
    lines = [line.split() for line in result.stdout.splitlines()[3:6]]
    assert (lines[0][:2], lines[0][-2:]) == (["(no", "name)"], ["▸", ">1,000,000"])
    assert (lines[2][0], lines[2][1], lines[2][-1]) == ("c", "◂", "<0.0001")
    assert invoke("chart", ranking, "-o", "r.png").exit_code == 0


def test_wide_characters_take_two_columns() -> None:
    rows = drawn("os,spam_index\n银河麒麟,2\nLinux,1\n").splitlines()[3:5]
    assert [row[: row.index("█")] for row in rows] == ["银河麒麟 ", "   Linux "]


def test_texts_are_cut_and_wrapped_to_columns() -> None:
    assert [panels.truncate(text, 7) for text in ("Windows", "Windows 2019", "银河麒麟")] == [
        "Windows", "Window…", "银河麒…"
    ]  # fmt: skip
    assert panels.wrap("Windows Server 2019", 15) == "Windows Server\n2019"
    assert panels.wrap("a b c d e f", 1) == "a\nb\n…"


def test_an_os_looks_the_same_in_every_panel() -> None:
    text = drawn(
        "month,country,os,spam_index\n"
        "2010-01,DE,a,2\n2010-02,DE,a,2\n2010-01,DE,b,1\n2010-02,DE,b,1\n"
        "2010-01,FR,a,1\n2010-02,FR,a,1\n2010-01,FR,b,2\n2010-02,FR,b,2\n"
    )
    keys = [line for line in text.splitlines() if line.startswith(("A ", "B "))]
    assert keys == ["A a 2.00  B b 1.00", "B b 2.00  A a 1.00"]


def test_lines_over_time_in_the_terminal() -> None:
    text = drawn(MONTHS)
    assert "2010-01" in text
    assert "2010-04" in text
    assert "1 = fair share ┤┈" in text
    assert text.splitlines()[-1] == "A Linux 4.00  B Windows 0"
    assert text.count("B") == 3  # two periods with an index, and its name
    assert max(map(len, text.splitlines())) == 60


@pytest.mark.parametrize("width", [1, 20, 40, 80, 300])
def test_a_chart_is_as_wide_as_the_terminal(width: int) -> None:
    for content in (RANKING, PUBLISHED, WIDE, MONTHS, MANY):
        widest = max(map(panels.display_width, drawn(content, width).splitlines()))
        assert widest <= max(width, 40)


def test_one_period_is_no_time() -> None:
    content = "".join(MONTHS.splitlines(keepends=True)[:3])
    assert drawn(content).splitlines()[3:5] == ["2010-01", ""]


def test_a_chart_for_each_country() -> None:
    content = "country,os,spam_share,market_share,spam_index\nDE,a,1,1,2\nFR,a,1,1,3\n"
    text = drawn(content)
    assert [line for line in text.splitlines() if line.isalpha()] == ["DE", "FR"]
    assert "DE" in words_of(image(content))
    many = "country,os,spam_share,market_share,spam_index\n" + "".join(
        f"c{i},a,1,1,2\n" for i in range(25)
    )
    with pytest.raises(ColumnError, match=r"25 rankings are too many for one picture") as error:
        drawn(many)
    assert [(way.field, way.value) for way in error.value.settles] == [("where", "country=VALUE")]


# ---- As a file ----


@pytest.mark.parametrize("content", [RANKING, PUBLISHED, MONTHS], ids=["dots", "bars", "lines"])
def test_an_svg_has_all_its_words_as_text_and_the_same_bytes(
    invoke: Invoke, write: Write, tmp_path: Path, content: str
) -> None:
    ranking = write("r.csv", content)
    first, second = (tmp_path / name for name in ("1.svg", "2.svg"))
    options = ("--title", "Who $sends$ more?", "--source", "The mail")
    for path in (first, second):
        assert invoke("chart", ranking, "-o", str(path), *options).stderr == ""
    assert first.read_bytes() == second.read_bytes()
    words = words_of(first.read_bytes())
    assert words[0] == "Who $sends$ more?"
    assert words[1].startswith("Spam index by operating system: spam share ÷ market share; 1 =")
    assert {"1 = fair share", "Source: The mail", "Who $sends$ more?"} <= set(words[2:])
    for name in ("Linux", "Windows"):
        assert any(word.startswith(name) for word in words[2:])
    assert not re.search(r"<dc:|\d{4}-\d\d-\d\dT", first.read_text())


def test_a_description_says_every_index() -> None:
    words = words_of(image(RANKING))
    assert words[:2] == [
        "Spam index by operating system",
        "Spam index by operating system: spam share ÷ market share; 1 = fair share. In "
        "brackets: 95 % interval. Linux 5.00 (2.00 to 9.00), Windows 0.70 (0.50 to 0.90), "
        "Mac OS X 0 (0 to 0.40), Haiku no index.",
    ]


@pytest.mark.parametrize(
    ("kind", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_kinds_of_pictures(
    write: Write, invoke: Invoke, tmp_path: Path, kind: str, magic: bytes
) -> None:
    ranking = write("r.csv", RANKING)
    assert invoke("chart", ranking, "-o", f"INDEX.{kind.upper()}").exit_code == 0
    assert (tmp_path / f"INDEX.{kind.upper()}").read_bytes().startswith(magic)
    drawing = image(RANKING, kind)
    assert drawing == image(RANKING, kind)


def test_a_picture_to_standard_output(invoke: Invoke, write: Write) -> None:
    result = invoke("chart", write("r.csv", RANKING), "-f", "svg")
    assert result.stdout.startswith("<?xml")
    result = invoke("chart", "r.csv", "-o", "x.gif")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "end the name in .svg, .png or .pdf, or give -f svg" in result.stderr


def test_a_format_wins_over_the_name_of_the_file(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    assert invoke("chart", write("r.csv", RANKING), "-f", "svg", "-o", "x.png").exit_code == 0
    assert (tmp_path / "x.png").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("content", [RANKING, MONTHS], ids=["rows", "lines"])
def test_a_size_is_that_of_the_picture_in_pixels(
    invoke: Invoke, write: Write, tmp_path: Path, content: str
) -> None:
    write("r.csv", content)
    assert invoke("chart", "r.csv", "--size", "700x321", "-o", "r.png").exit_code == 0
    width, height = (
        (tmp_path / "r.png").read_bytes()[16:20],
        (tmp_path / "r.png").read_bytes()[20:24],
    )
    assert (int.from_bytes(width), int.from_bytes(height)) == (700, 321)
    assert invoke("chart", "r.csv", "--size", "700x321", "-o", "r.svg").exit_code == 0
    assert 'width="525pt" height="240.75pt"' in (tmp_path / "r.svg").read_text()


@pytest.mark.parametrize("size", [(50, 50), (400, 50), (50, 400)])
def test_a_size_into_which_the_chart_does_not_fit_is_refused_with_one_that_does(
    size: tuple[int, int],
) -> None:
    for content in (RANKING, MONTHS):
        said = f"the chart does not fit into {size[0]}x{size[1]} pixels"
        with pytest.raises(SpamIndexError, match=said) as error:
            image(content, "png", size=size)
        width, height = map(int, re.findall(r"\d+", str(error.value))[-2:])
        assert image(content, "png", size=(width, height)).startswith(b"\x89PNG")


@pytest.mark.parametrize("size", ["800", "800x", "0x10", "ax3", "10001x5", "-3x4", "8e2x400"])
def test_what_is_no_size_is_refused(invoke: Invoke, write: Write, size: str) -> None:
    result = invoke("chart", write("r.csv", RANKING), "-o", "r.png", "--size", size)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--size: " in result.stderr


def test_a_size_is_for_pictures(invoke: Invoke, write: Write) -> None:
    result = invoke("chart", write("r.csv", RANKING), "--size", "800x450")
    assert result.exit_code == 2
    assert "--size is for pictures" in result.stderr


def test_too_many_rows_for_a_picture_are_refused() -> None:
    rows = "".join(f"OS {i},1\n" for i in range(251))
    with pytest.raises(SpamIndexError, match="251 rows are too many for one picture"):
        image(f"os,spam_index\n{rows}")
    most = spamindex.chart(pd.read_csv(io.StringIO(f"os,spam_index\n{rows[:-9]}\n")))
    assert len(most.axes[0].patches) == 250


def test_markup_in_names_is_text_in_an_svg(invoke: Invoke, write: Write, tmp_path: Path) -> None:
    name = "<script>alert(1)</script>--><b>"
    write("r.json", json.dumps([{"os": name, "spam_index": 1.5}]))
    assert invoke("chart", "r.json", "-o", "r.svg", "--title", name).exit_code == 0
    text = (tmp_path / "r.svg").read_text()
    assert words_of(text.encode())[0] == name
    assert "<script" not in text
    assert "--><b" not in text


def test_characters_without_a_font_are_said_where_the_picture_has_them_drawn() -> None:
    odd = '[{"os": "\U00013080", "spam_index": 1}]'
    (doubt,) = pictures.draw_image(charted(odd), "png")[1]
    assert doubt.text == "no font of this machine has all characters of the names"
    assert "\U00013080" in words_of(image(odd))  # and no doubt: the reader draws it


def test_a_missing_extra_is_named(write: Write) -> None:
    write("r.csv", RANKING)
    code = (
        "import sys; sys.modules['matplotlib'] = None; from spamindex.cli.main import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "chart", "r.csv", "-o", "x.svg"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stdout) == (1, "")
    assert "pip install 'spamindex[chart]'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_matplotlib_is_loaded_only_to_draw_with_it(write: Write) -> None:
    write("r.csv", RANKING)
    code = (
        "import sys; from spamindex.cli import main; main.run(['chart', 'r.csv']);"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- In a notebook ----


def test_a_notebook_gets_a_figure_that_shows_itself_and_that_pyplot_does_not_hold() -> None:
    from matplotlib import pyplot as plt

    figure = spamindex.chart(pd.read_csv(io.StringIO(RANKING)), title="Who?", source="The mail")
    assert figure._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert plt.get_fignums() == []
    saved = io.BytesIO()
    figure.savefig(saved, format="svg")
    assert {"Who?", "Source: The mail", "95 % interval"} <= set(words_of(saved.getvalue()))


def test_the_users_own_settings_change_nothing() -> None:
    import matplotlib as mpl

    frame = pd.read_csv(io.StringIO(PUBLISHED))
    expected = spamindex.chart(frame)._repr_png_()  # type: ignore[attr-defined]
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert spamindex.chart(frame)._repr_png_() == expected  # type: ignore[attr-defined]
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize("by", ["month", ["month"], ("month",)])
def test_by_is_a_column_or_several(by: Any) -> None:
    figure = spamindex.chart(pd.read_csv(io.StringIO(MONTHS)), by=by)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()][-1] == "2010-04"


def test_any_frame_is_drawn_alike() -> None:
    expected = spamindex.chart(pd.read_csv(io.StringIO(RANKING)))._repr_png_()  # type: ignore[attr-defined]
    polars = pl.read_csv(io.StringIO(RANKING))
    for frame in (polars, polars.lazy()):
        assert spamindex.chart(frame)._repr_png_() == expected  # type: ignore[attr-defined]


def test_days_and_numbers_are_periods_too() -> None:
    days = pd.to_datetime(["2010-03-01", "2010-03-02"])
    for name, periods, last in (("day", days, "2010-03-02"), ("year", [2009, 2010], "2010")):
        frame = pd.DataFrame({name: periods, "os": "a", "spam_index": [1.0, 2.0]})
        labels = spamindex.chart(frame, by=name).axes[0].get_xticklabels()
        assert labels[-1].get_text() == last


def test_names_of_columns_are_the_users() -> None:
    frame = pd.DataFrame(
        {"low": ["x", "y"], "half": ["a", "a"], "Provider": ["P", "P"], "spam_index": [1.0, 2.0]}
    )
    titles = words_of(_svg(spamindex.chart(frame, by=["half", "low"])))
    assert {"Spam index by Provider", "a, x", "a, y"} <= set(titles)


def _svg(figure: Any) -> bytes:
    saved = io.BytesIO()
    figure.savefig(saved, format="svg")
    return saved.getvalue()


@pytest.mark.parametrize(
    ("columns", "options", "kind", "said"),
    [
        ({"os": ["a"]}, {}, ColumnError, "has no column 'spam_index'; its columns are 'os'"),
        ({"os": ["a"], "spam_index": [1]}, {"by": "month"}, ColumnError, "has no column 'month'"),
        ({"spam_share": [1], "spam_index": [1]}, {}, ColumnError, "no column of names before"),
        (
            {"os": ["a"], "spam_index": [-1]},
            {},
            FigureError,
            "-1 is not an index: a number from 0 on",
        ),
        (
            {"os": ["a"], "spam_index": ["x"]},
            {},
            FigureError,
            "'x' is not an index: a number from 0 on",
        ),
        (
            {"os": ["a"], "spam_index": [math.inf]},
            {},
            FigureError,
            "inf is not an index: a number from 0 on",
        ),
        ({"os": ["a", "a"], "spam_index": [1, 1]}, {}, ColumnError, "'a' is ranked twice"),
        ({"os": ["a"], "spam_index": [1]}, {"size": (1, 1)}, SpamIndexError, "does not fit into"),
        ({"os": ["a"], "spam_index": [1]}, {"scale": "x"}, SpamIndexError, "'x' is not a scale"),
        ({"os": [], "spam_index": []}, {}, FigureError, "the ranking has no rows"),
    ],
)
def test_what_can_not_be_drawn_is_refused(
    columns: dict[str, list[Any]], options: dict[str, Any], kind: type[SpamIndexError], said: str
) -> None:
    with pytest.raises(kind, match=re.escape(said)):
        spamindex.chart(pd.DataFrame(columns), **options)


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(SpamIndexError, match="list is not a frame, such as one of pandas"):
        spamindex.chart([1, 2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "there",
    [("2009-W52", "2009-W53", "2010-W02"), ("2010-Q1", "2010-Q2", "2010-Q4"),
     ("2009", "2010", "2012"), ("2010-01-31", "2010-02-01", "2010-02-03"), ("2010-01", "2010-Q2", "2011"),
     ("1", "2", "4")],
)  # fmt: skip
def test_periods_of_every_kind_are_drawn_in_their_order(there: tuple[str, ...]) -> None:
    rows = "".join(f"{period},Linux,{i}\n" for i, period in enumerate(there, start=1))
    content = f"month,os,spam_index\n{rows}"
    assert charted(content).periods == list(there)
    text = drawn(content, 100)
    assert there[-1] in text
    assert "A Linux 3.00" in text
    assert {there[0], there[-1]} <= set(words_of(image(content)))


def test_the_words_over_the_line_at_1_are_not_cut_off() -> None:
    ranking = pd.DataFrame({"os": ["A", "B"], "spam_index": [900_000.0, 100_000.0]})
    drawn = spamindex.chart(ranking, scale="linear")
    (words,) = (text for text in drawn.axes[0].texts if text.get_text() == "1 = fair share")
    assert words.get_window_extent().x0 >= 0
