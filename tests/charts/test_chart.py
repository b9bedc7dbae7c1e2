"""Rankings read back, and pictures of them."""

from __future__ import annotations

import io
import itertools
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamindex.charts import axis as scale
from spamindex.charts import figure as picture
from spamindex.charts import panels as chart
from spamindex.charts import terminal
from spamindex.cli.rankings import read_ranking
from spamindex.errors import SpamIndexError, SpamIndexWarning
from tests.conftest import SHARE, SPAM, Invoke, Write

RANKING = """\
os,spam_share,market_share,spam_index,low,high
Linux,50,10,5,2,9
Windows,49,70,0.7,0.5,0.9
Haiku,1,0,,,
Mac OS X,0,20,0,0,0.4
"""
MONTHS = "month,os,spam_share,market_share,spam_index\n" + "".join(
    f"{month},{os},1,1,{index}\n"
    for month, indexes in (("2010-01", (2, 0.5)), ("2010-02", (3, "")), ("2010-04", (4, 0)))
    for os, index in zip(("Linux", "Windows"), indexes, strict=True)
)


def charted(content: str | bytes) -> chart.Chart:
    ranking = read_ranking(io.BytesIO(content if isinstance(content, bytes) else content.encode()))
    return chart.chart(ranking.table, ranking.by)


def drawn(content: str, width: int = 60, title: str | None = None) -> str:
    return terminal.draw(charted(content), width, title)


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "jsonl"])
def test_whatever_compute_prints_is_read_back(invoke: Invoke, write: Write, style: str) -> None:
    options = ("--rounding", "--by", "period", "--key", "os", "--no-family")
    printed = invoke("compute", SPAM, str(Path(SHARE).parent / "months.csv"), *options, "-f", style)
    ranking = read_ranking(write("ranking", printed.stdout))
    assert ranking.by == ["period"]
    assert list(ranking.table) == ["period", "os", "spam_index", "low", "high"]
    assert ranking.table["os"].tolist() == ["Linux", "Other", "Windows", "Mac OS X"] * 3
    assert ranking.table["spam_index"][0] == 5.14 / 0.8


def test_the_column_of_the_os_may_have_another_name(write: Write) -> None:
    path = write("r.json", '[{"day": "1", "Provider": "A", "spam_share": 5, "spam_index": 2}]')
    ranking = read_ranking(path)
    assert (ranking.by, ranking.table["os"].tolist()) == (["day"], ["A"])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "r: is empty"),
        ("[]", "r: is empty; give what spamindex compute prints with -f csv, tsv, json or jsonl"),
        ("os,share\nLinux,5\n", "r: has no column 'spam_index'; give what spamindex compute"),
        ("spam_share,spam_index\n5,5\n", "r: has no column with names before 'spam_index'"),
        ("os,spam_index\nLinux,-5\nb,x\n", "r:3: column 'spam_index': 'x' is no index"),
        ("os,spam_index\nLinux,inf\n", "r:2: column 'spam_index': 'inf' is no index"),
        ('{"os": "a", "spam_index": 1}\n\n{"os": "a"}\n', "r:3: has other names than the first"),
        ('{"os": "a", "spam_index": true}\n', "r:1: column 'spam_index': True is no index"),
        ('[{"os": "a", "spam_index": [1]}]', "r: row 1: column 'spam_index': [1] is no index"),
        ('{"os": "a", "spam_index": 1', "r:1: is not JSON: "),
        ("[" * 100_000, "r: is not JSON: it is nested too deeply"),
        ('[\n{"os": "a",\n}\n]', "r:3: is not JSON: "),
        ("[1]", "r: row 1: is no object with names"),
        ("os,spam_index,low\na,1,0.5\nb", "r:3: has 1 cells under 3 headings: is it cut off?"),
        ("os,spam_index,low\na,1,2\n", "r:2: low and high do not hold the index between them"),
        ("OS  Index\n--  --\na  1\n", "give what spamindex compute prints with -f csv"),
        ("os,spam_index\na,1\na,2\n", "'a' is ranked twice; is a --by column of compute left out?"),
    ],
)
def test_what_is_no_ranking_is_refused(
    invoke: Invoke, write: Write, content: str, complaint: str
) -> None:
    result = invoke("chart", write("r", content))
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_a_chart_in_the_terminal(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = invoke("chart", write("r.csv", RANKING), "--title", "Who?")
    assert result.exit_code == 0, result.stderr
    assert (
        result.stdout
        == """\
Who?

        ┌─────────────────────────────────────────┐
   Linux┤               ┊       ──────────●────── │     5.00
 Windows┤        ────●──┊                         │     0.70
Mac OS X┤  ●────        ┊                         │        0
   Haiku┤               ┊                         │ no index
        └──┬─────┬──────┬───────┬─────────┬───────┘
           0    0.5     1       2         5
"""
    )


def test_a_chart_may_be_higher_than_the_terminal(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "5")
    rows = "".join(f"OS {i},{i + 1}\n" for i in range(60))
    result = invoke("chart", write("r.csv", f"os,spam_index\n{rows}"))
    assert len(result.stdout.splitlines()) == 63
    assert result.stdout.splitlines()[1].endswith("60.00")


def test_an_odd_ranking_is_drawn(invoke: Invoke, write: Write) -> None:
    ranking = write("r.csv", 'os,spam_index\n"",1e100\nb,0.5\nc,1e-50')
    result = invoke("chart", ranking)
    assert result.exit_code == 0
    assert result.complaints == ["warning: r.csv:4: the last line has no line end: is it cut off?"]
    assert "(no name)" in result.stdout
    assert "1e+100" in result.stdout
    assert invoke("chart", ranking, "-o", "r.png").exit_code == 0


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
    assert text.splitlines()[-1] == "A Linux 4.00  B Windows 0"
    assert text.count("B") == 3  # two periods with an index, and its name
    assert max(map(len, text.splitlines())) == 60


@pytest.mark.parametrize("width", [1, 20, 40, 80, 300])
def test_a_chart_is_as_wide_as_the_terminal(width: int) -> None:
    for content in (RANKING, MONTHS):
        widest = max(map(len, drawn(content, width).splitlines()))
        assert widest <= max(width, 40)


def test_one_period_is_no_time() -> None:
    content = "".join(MONTHS.splitlines(keepends=True)[:3])
    assert drawn(content).startswith("2010-01\n")


def test_a_chart_for_each_country() -> None:
    content = "country,os,spam_share,market_share,spam_index\nDE,a,1,1,2\nFR,a,1,1,3\n"
    text = drawn(content)
    assert [line for line in text.splitlines() if line.isalpha()] == ["DE", "FR"]
    many = "country,os,spam_share,market_share,spam_index\n" + "".join(
        f"c{i},a,1,1,2\n" for i in range(25)
    )
    with pytest.raises(SpamIndexError, match=r"25 rankings are too many .* --where country=VALUE"):
        drawn(many)


@pytest.mark.parametrize("content", [RANKING, MONTHS], ids=["dots", "lines"])
def test_a_figure_has_every_name_and_the_same_bytes(
    invoke: Invoke, write: Write, tmp_path: Path, content: str
) -> None:
    ranking = write("r.csv", content)
    first, second = (tmp_path / name for name in ("1.svg", "2.svg"))
    for path in (first, second):
        assert (
            invoke("chart", ranking, "-o", str(path), "--title", "Who $sends$ more?").stderr == ""
        )
    assert first.read_bytes() == second.read_bytes()
    text = first.read_text()
    for shown in ("Linux", "Windows", "proportionate", "Who $sends$ more?"):
        assert f"<!-- {shown}" in text
    assert "<dc:date>" not in text


@pytest.mark.parametrize(
    ("kind", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_kinds_of_figures(
    write: Write, invoke: Invoke, tmp_path: Path, kind: str, magic: bytes
) -> None:
    ranking = write("r.csv", RANKING)
    assert invoke("chart", ranking, "-o", f"INDEX.{kind.upper()}").exit_code == 0
    assert (tmp_path / f"INDEX.{kind.upper()}").read_bytes().startswith(magic)
    drawing = picture.draw(charted(RANKING), kind)
    assert drawing == picture.draw(charted(RANKING), kind)


def test_a_figure_to_standard_output(invoke: Invoke, write: Write) -> None:
    result = invoke("chart", write("r.csv", RANKING), "-f", "svg")
    assert result.stdout.startswith("<?xml")
    result = invoke("chart", "r.csv", "-f", "svg", "-o", "x.png")
    assert (result.exit_code, result.stdout) == (2, "")
    result = invoke("chart", "r.csv", "-o", "x.gif")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "ends in none of .svg, .png and .pdf" in result.stderr


def test_markup_in_names_is_text_in_an_svg(invoke: Invoke, write: Write, tmp_path: Path) -> None:
    name = "<script>alert(1)</script>--><b>"
    write("r.json", json.dumps([{"os": name, "spam_index": 1.5}]))
    assert invoke("chart", "r.json", "-o", "r.svg").exit_code == 0
    text = (tmp_path / "r.svg").read_text()
    assert "<script" not in text
    assert "--><b" not in text


def test_characters_without_a_font_are_said() -> None:
    drawn_ = charted('[{"os": "\U00013080", "spam_index": 1}]')
    with pytest.warns(SpamIndexWarning, match="no font"):
        picture.draw(drawn_, "png")


@pytest.mark.parametrize("module", ["matplotlib", "plotext"])
def test_a_missing_extra_is_named(write: Write, module: str) -> None:
    write("r.csv", RANKING)
    code = (
        f"import sys; sys.modules[{module!r}] = None; from spamindex.cli.main import main; main()"
    )
    options = ["-o", "x.svg"] if module == "matplotlib" else []
    result = subprocess.run(
        [sys.executable, "-c", code, "chart", "r.csv", *options],
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


FIGURES = st.one_of(st.none(), st.just(0.0), st.floats(1e-9, 1e9))


@given(st.lists(FIGURES, min_size=1, max_size=12), st.integers(2, 12))
def test_the_scale_holds_every_index_and_1(indexes: list[float | None], most: int) -> None:
    rows = [{"os": f"OS {i}", "spam_index": index} for i, index in enumerate(indexes)]
    axis = scale.scale(charted(json.dumps(rows)))
    for index in indexes:
        if index is not None:
            assert axis.first <= axis.at(index) <= axis.last
    assert axis.start <= 0 <= axis.end
    ticks = axis.ticks(most)
    assert 1 <= len(ticks) <= most
    assert "1" in [text for _, text in ticks]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12), st.floats(0.1, 0.8))
def test_labels_never_overlap(wanted: list[float], size: float) -> None:
    places = sorted(scale.spread(wanted, [size] * len(wanted), 0, 10))
    assert all(b - a >= size - 1e-9 for a, b in itertools.pairwise(places))
    assert places[0] >= size / 2 - 1e-9
    assert places[-1] <= 10 - size / 2 + 1e-9


def test_periods_lie_in_time() -> None:
    assert scale.moments(["2010", "2012"]) == [2010, 2012]
    assert scale.moments(["2010-Q1", "2010-Q3", "2011-Q1"]) == [8040, 8042, 8044]
    days = scale.moments(["2010-02-28", "2010-03-01"])
    assert days[1] - days[0] == 1
    assert scale.moments(["2010", "2010-05", "soon"]) == [0, 1, 2]


def test_how_an_index_is_written() -> None:
    assert [chart.times(x) for x in (4.9903, 12.0, 0.0123, 0.0, math.nan)] == [
        "4.99", "12.00", "0.012", "0", "no index"
    ]  # fmt: skip
