"""What `spamindex compute` promises on the command line."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from tests.conftest import SHARE, SPAM, Invoke, Write

EXAMPLE = """\
OS          Spam %    Market %    Spam index
--------  --------  ----------  ------------
Linux         5.14        1.03          4.99
Other         2.22        2.05          1.08
Windows      92.65       91.58          1.01
Mac OS X      0.00        5.34          0.00
"""


def test_the_published_example_ranks_linux_first(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE)
    assert (result.exit_code, result.stdout, result.stderr) == (0, EXAMPLE, "")


def test_machine_formats_lose_no_digit(invoke: Invoke) -> None:
    assert invoke("compute", SPAM, SHARE, "-f", "tsv", "--no-header").stdout.splitlines()[0] == (
        "Linux\t5.14\t1.03\t4.990291262135922"
    )


def test_json_is_a_list_of_objects(invoke: Invoke) -> None:
    ranking = json.loads(invoke("compute", SPAM, SHARE, "-f", "json").stdout)
    assert ranking[0] == {
        "os": "Linux",
        "spam_share": 5.14,
        "market_share": 1.03,
        "spam_index": 4.990291262135922,
    }
    assert [row["os"] for row in ranking] == ["Linux", "Other", "Windows", "Mac OS X"]


def test_precision_rounds_every_figure(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "-f", "csv", "-p", "1", "--top", "1")
    assert result.stdout == "os,spam_share,market_share,spam_index\nLinux,5.1,1.0,5.0\n"
    result = invoke("compute", SPAM, SHARE, "-f", "jsonl", "-p", "1", "--top", "1")
    assert json.loads(result.stdout)["spam_index"] == 5.0


def test_spellings_of_one_os_meet_and_are_shown_as_spam_spells_them(
    invoke: Invoke, write: Write
) -> None:
    spam = write("spam.csv", "os,spam\ngnu/linux ,5.14\nOS X,0.001\nMICROSOFT  WINDOWS,92.65\n")
    result = invoke("compute", spam, SHARE, "-f", "csv", "--no-header")
    assert result.stdout == (
        "gnu/linux,5.14,1.03,4.990291262135922\n"
        "MICROSOFT  WINDOWS,92.65,91.58,1.011683773749727\n"
        "OS X,0.001,5.34,0.00018726591760299626\n"
    )


def test_fractions_against_percents_give_the_same_index_and_a_warning(
    invoke: Invoke, write: Write
) -> None:
    share = write(
        "share.csv", "os,share\nWindows,0.9158\nLinux,0.0103\nMac OS X,0.0534\nOther,0.0205\n"
    )
    result = invoke("compute", SPAM, share)
    assert result.stdout == EXAMPLE
    assert result.complaints == [
        "warning: share.csv: read as fractions, since they add up to 1 "
        "(--share-unit fraction confirms it, --share-unit percent reads them as percents)"
    ]


def test_a_lone_figure_has_no_unit(invoke: Invoke, write: Write) -> None:
    result = invoke("compute", SPAM, write("share.csv", "Linux,0.9\n"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: share.csv: adds up to 0.9: percents or fractions? --share-unit percent reads them "
        "as percents, --share-unit fraction reads them as fractions"
    ]
    result = invoke("compute", SPAM, "share.csv", "--share-unit", "fraction", "-f", "csv")
    assert result.stdout.splitlines()[1] == "Linux,5.14,90.0,0.057111111111111106"


def test_two_rows_of_an_os_are_refused_by_both_lines(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", "os,share\nLinux,5\nWindows,90\nLinux,5\n")
    result = invoke("compute", spam, SHARE)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: spam.csv: column 'share': 'Linux' stands twice (lines 2, 4): leave one row of it"
    ]


def test_all_faults_of_both_files_are_said_at_once(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", "os,share\nZ,7\nA,abc\nB,-3\nC,inf\n")
    share = write("share.csv", "os,share\nB,95\nA,5 kg\n")
    result = invoke("compute", spam, share)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: spam.csv:3: column 'share': 'abc' is not a number",
        "error: spam.csv:4: column 'share': '-3' is negative",
        "error: spam.csv:5: column 'share': 'inf' is infinite",
        "error: share.csv:3: column 'share': '5 kg' is not a number",
    ]


def test_of_many_faults_ten_are_shown(invoke: Invoke, write: Write) -> None:
    rows = "".join(f"os{n},-{n}\n" for n in range(1, 13))
    result = invoke("compute", write("spam.csv", f"os,share\n{rows}"), SHARE)
    assert len(result.complaints) == 11
    assert result.complaints[-1] == "error: and 2 more like these"


def test_an_os_in_one_file_alone_is_named_with_its_share(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", "os,share\nLinux,5.14\nBSD,0.5\nWindows,92.65\n")
    result = invoke("compute", spam, SHARE, "-f", "csv", "--no-header")
    assert result.exit_code == 0
    assert result.stdout == (
        "Linux,5.14,1.03,4.990291262135922\nWindows,92.65,91.58,1.011683773749727\n"
    )
    assert result.complaints == [
        "warning: spam.csv: adds up to 98.29 of 100 percent: a part of the whole? (--spam-unit "
        "percent if that is right); no market share for BSD (0.5 % of spam): left out (--lump "
        "adds what is in one table only to Other)",
        f"note: {SHARE}: column 'market_share'; percents that add up to 100; not ranked: Other "
        "(2.05 % of machines), which only this table has",
        f"warning: {SHARE}: no spam share for Mac OS X (5.34 % of machines): left out (--lump adds "
        "what is in one table only to Other)",
    ]


def test_strict_turns_warnings_into_errors_and_prints_nothing(invoke: Invoke, write: Write) -> None:
    spam = write("spam.csv", "os,share\nLinux,5.14\nBSD,0.5\nWindows,92.65\n")
    result = invoke("compute", spam, SHARE, "--strict", "--spam-unit", "percent", "-q")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints[0] == (
        "error: spam.csv: no market share for BSD (0.5 % of spam): left out (--lump adds what is "
        "in one table only to Other)"
    )


def test_strict_has_nothing_against_notes(invoke: Invoke, write: Write) -> None:
    share = write("share.csv", "os,visits\nWindows,9158\nLinux,103\nOS X,534\nOthers,205\n")
    result = invoke("compute", SPAM, share, "--strict")
    assert (result.exit_code, result.stdout) == (0, EXAMPLE)


def test_nothing_in_common_is_an_error(invoke: Invoke, write: Write) -> None:
    result = invoke("compute", SPAM, write("share.csv", "country,share\nFR,40\nDE,60\n"))
    assert result.exit_code == 1
    assert result.complaints[0] == "error: no OS has both a spam share and a market share"


def test_no_index_where_the_market_share_is_0(invoke: Invoke, write: Write) -> None:
    share = write("share.csv", "os,share\nLinux,0\nWindows,90\nOS X,8\nOther,2\n")
    result = invoke("compute", SPAM, share, "-f", "json")
    assert json.loads(result.stdout)[-1] == {
        "os": "Linux",
        "spam_share": 5.14,
        "market_share": 0.0,
        "spam_index": None,
    }
    assert result.complaints == [
        "warning: share.csv: no spam index where the market share is 0: Linux (--drop Linux leaves "
        "it out, of the sums too)"
    ]
    people = invoke("compute", SPAM, share).stdout.splitlines()
    assert people[-1] == "Linux         5.14        0.00"


def test_files_given_the_wrong_way_round_are_refused(invoke: Invoke) -> None:
    result = invoke("compute", SHARE, SPAM)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints[0].startswith(
        f"error: {SHARE}: can't tell which column holds the spam"
    )
    assert result.complaints[1].startswith(
        f"error: {SPAM}: can't tell which column holds the market"
    )


def test_market_shares_may_stand_for_spam_shares_but_not_unsaid(
    invoke: Invoke, write: Write
) -> None:
    ours = write("ours.csv", Path(SHARE).read_bytes())
    assert invoke("compute", ours, SHARE).exit_code == 1
    said = ("--spam-column", "market_share", "-f", "csv", "--no-header", "--top", "1")
    result = invoke("compute", ours, SHARE, *said)
    assert result.stdout == "Linux,1.03,1.03,1.0\n"
    assert result.complaints == [
        f"warning: {SHARE}: the same as the spam shares: was one table given twice?"
    ]


def test_one_column_of_one_file_is_not_both_tables(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    same = write("same.csv", "os,a,b\nLinux,20,10\nWindows,80,90\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / same)
    options = ("-f", "csv", "--spam-column", "a", "--share-column")
    for other in (same, "link.csv"):
        result = invoke("compute", same, other, *options, "a")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.complaints == [
            "error: same.csv: is given for both tables: which of its columns is which? "
            "--spam-column COLUMN names that of the spam shares, "
            "--share-column COLUMN that of the market shares"
        ]
        result = invoke("compute", same, other, *options, "b", "--no-header")
        assert result.stdout == "Linux,20.0,10.0,2.0\nWindows,80.0,90.0,0.8888888888888888\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty; a table of names and figures is needed"),
        (b"\n \n", "is empty; a table of names and figures is needed"),
        (b"\xef\xbb\xbf", "is empty; a table of names and figures is needed"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "is a picture; the figures behind it are needed, as CSV",
        ),
        (bytes(50_000_000), "is not a text file: it holds zero bytes"),
        (b"os,share\n", "only headings, no rows under them"),
        (b"name,place\nLinux,here\nOther,there\n", "no column holds figures"),
        (b"just some prose\nand more of it\n", "can't find the columns"),
        (b"PK\x03\x04....", "is a zip archive, damaged or cut off"),
        (b"os,share\nLinux,0\nWindows,0\n", "adds up to 0"),
        (b"name,visitors\r\n,3\r\n", "no name under 'name' on line 2; "),
        (b"os,share\nLinux,n/a\nWindows,-\n", "no column holds figures for the spam shares"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(
    invoke: Invoke, write: Write, content: bytes, complaint: str
) -> None:
    result = invoke("compute", write("spam.csv", content), SHARE)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.complaints) == 1
    assert result.complaints[0].startswith("error: spam.csv:")
    assert complaint in result.complaints[0]


def test_a_directory_and_a_missing_file_are_refused(invoke: Invoke, tmp_path: Path) -> None:
    assert "is a directory" in invoke("compute", str(tmp_path), SHARE).stderr
    result = invoke("compute", str(tmp_path / "none.csv"), SHARE)
    assert result.exit_code == 1
    assert result.stderr.endswith("none.csv: can't be read: No such file or directory\n")


def test_a_dash_is_standard_input(invoke: Invoke) -> None:
    result = invoke("compute", "-", SHARE, stdin=Path(SPAM).read_bytes())
    assert result.stdout == EXAMPLE
    result = invoke("compute", "-", SHARE, stdin=b"os\n")
    assert result.complaints[0].startswith("error: standard input: ")


def test_standard_input_is_read_once(invoke: Invoke) -> None:
    result = invoke("compute", "-", "-")
    assert result.exit_code == 2
    assert "can be read only once" in result.stderr


def test_key_and_columns_choose(invoke: Invoke, write: Write) -> None:
    table = "provider,os,n,spam,market\nA,x,1,40,50\nB,x,2,60,50\n"
    both = write("both.csv", table)
    columns = ("--spam-column", "spam", "--share-column", "market")
    result = invoke("compute", both, both, "--key", "provider", "-f", "csv", *columns)
    assert (
        result.stdout
        == "provider,spam_share,market_share,spam_index\nB,60.0,50.0,1.2\nA,40.0,50.0,0.8\n"
    )
    result = invoke(
        "compute", both, both, "--key", "provider", "--spam-column", "market",
        "--share-column", "spam", "-f", "csv", "--no-header",
    )  # fmt: skip
    assert result.stdout == "A,50.0,40.0,1.25\nB,50.0,60.0,0.8333333333333334\n"


def test_the_key_may_be_called_os(invoke: Invoke) -> None:
    assert invoke("compute", SPAM, SHARE, "--key", "os").stdout == EXAMPLE
    assert invoke("compute", SPAM, SHARE, "--by", "os").exit_code == 2
    assert invoke("compute", SPAM, SHARE, "--key", "x", "--by", "x").exit_code == 2


def test_own_names_extend_and_override_the_synonyms(invoke: Invoke, write: Write) -> None:
    names = write("names.csv", "name,canonical\nTux,GNU/Linux\nOS X,OS X\n")
    spam = write("spam.csv", "os,share\nTux,5.14\nOS X,0.001\nWindows,92.65\n")
    result = invoke("compute", spam, SHARE, "--names", names, "-f", "csv", "--no-header")
    assert result.stdout.splitlines()[0] == "Tux,5.14,1.03,4.990291262135922"
    assert "no market share for OS X (0.001 % of spam): left out" in result.stderr


def test_fail_above_prints_and_exits_with_3(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "--fail-above", "1.05")
    assert (result.exit_code, result.stdout) == (3, EXAMPLE)
    assert result.complaints == ["above 1.05: Linux (4.99029), Other (1.08293)"]
    assert invoke("compute", SPAM, SHARE, "--fail-above", "5").exit_code == 0


def test_options_come_from_the_environment_too(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAMINDEX_COMPUTE_FORMAT", "tsv")
    monkeypatch.setenv("SPAMINDEX_COMPUTE_TOP", "1")
    monkeypatch.setenv("SPAMINDEX_VERSION", "anything")
    assert invoke("compute", SPAM, SHARE, "--no-header").stdout.startswith("Linux\t5.14")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "sheet"],
        ["--precision", "-1"],
        ["--top", "0"],
        ["--share-unit", "kg"],
        ["--fail-above", "nan"],
        ["--key", "spam_share"],
        ["--unknown"],
    ],
)
def test_wrong_options_exit_with_2(invoke: Invoke, arguments: list[str]) -> None:
    result = invoke("compute", SPAM, SHARE, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.complaints) == 1
    assert result.complaints[0].startswith("error: ")


def test_help_is_in_sections_and_fits_80_columns(invoke: Invoke) -> None:
    result = invoke("compute", "--help")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    headings = [line for line in result.stdout.splitlines() if line.endswith(":")]
    assert headings == [
        "  Examples:", "Input:", "Questions:", "Output:", "Messages and exit code:", "Help:",
        "Environment:",
    ]  # fmt: skip


def test_shares_of_several_tables_are_never_taken_for_counts(invoke: Invoke, write: Write) -> None:
    share = write(
        "m.csv", "country,os,share\nFR,Windows,92\nFR,Linux,8\nDE,Windows,60\nDE,Linux,40\n"
    )
    result = invoke("compute", SPAM, share)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "several rows of 'Windows' differ in 'country': 'FR', 'DE'" in result.stderr
    assert "--drop" not in result.stderr


def test_a_year_above_the_figures_is_a_heading(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "country,2010\nFR,5\nDE,95\n")
    market = write("n.csv", "country,2010\nFR,5\nDE,95\n")
    result = invoke("compute", share, market, "-f", "csv", "-q")
    assert result.stdout == (
        "os,spam_share,market_share,spam_index\nDE,95.0,95.0,1.0\nFR,5.0,5.0,1.0\n"
    )
    result = invoke("compute", share, market, "--key", "country", "-f", "csv",
                    "--spam-unit", "percent", "--share-unit", "percent")  # fmt: skip
    assert result.stdout.startswith("country,spam_share,market_share,spam_index\nDE,95.0,")


def test_a_column_of_ranks_is_no_comment(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "#,OS,Share\n1,Windows,91.58\n2,Linux,1.03\n")
    result = invoke("compute", SPAM, share, "-f", "csv", "--no-header")
    assert result.stdout.startswith("Linux,5.14,1.03,4.99")


def test_a_heading_may_lack_its_last_word(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "OS,Spam,\nLinux,5.14,x\nWindows,92.65,y\n")
    result = invoke("compute", spam, SHARE, "-f", "csv", "--no-header")
    assert result.stdout.startswith("Linux,5.14,1.03,4.99")


def test_a_bad_figure_after_a_gap_is_still_a_bad_figure(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,share\nWindows,90\nOther,9\n\nLinux,abc\nMac OS X,1\n")
    assert invoke("compute", spam, SHARE).complaints == [
        "error: s.csv:5: column 'share': 'abc' is not a number",
    ]


def test_a_first_row_that_comes_again_is_no_heading(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "Linux,5.5\nWindows,89\nLinux,5.5\n")
    assert invoke("compute", spam, SHARE).complaints == [
        "error: s.csv: 'Linux' stands twice (lines 1, 3): leave one row of it"
    ]


def test_doubts_are_said_before_the_error_that_they_may_explain(
    invoke: Invoke, write: Write
) -> None:
    spam = write("s.csv", "os,share\nCaf\u00e9,100\n".encode("cp1252"))
    result = invoke("compute", spam, SHARE)
    assert result.exit_code == 1
    assert result.complaints[0].startswith("warning: s.csv: is not UTF-8, and was read as")
    assert result.complaints[-3].startswith("error: no OS has both")


@pytest.mark.parametrize(
    ("total", "complaint"),
    [
        ("Total:,97.95", "'Total:' (line 5)"),
        ("All,97.95", "'All' (line 5)"),
        ("Total,100", "'Total' (line 5)"),
        ("Total,1", "error: m.csv: 'Total' (line 5): called a total, but not what the others add"),
    ],
)
def test_a_total_is_what_the_others_add_up_to(
    invoke: Invoke, write: Write, total: str, complaint: str
) -> None:
    rows = "Windows,91.58\nLinux,1.03\nOS X,5.34\n"
    share = write("m.csv", f"os,share\n{rows}{total}\n")
    assert complaint in invoke("compute", SPAM, share).stderr


def test_warnings_of_others_are_not_lost(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def spam_index(*_: object, **__: object) -> None:
        warnings.warn("of another library", FutureWarning, stacklevel=1)

    monkeypatch.setattr("spamindex.ranking.index.spam_index", spam_index)
    with pytest.raises(FutureWarning):
        invoke("compute", SPAM, SHARE)


def test_names_steer_no_terminal_from_messages(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,share\n\x1b[31mred,50\nLinux,50\n")
    result = invoke("compute", spam, SHARE)
    assert "\x1b" not in result.stderr
    assert r"no market share for \x1b[31mred (50 % of spam)" in result.stderr


def test_json_has_no_header_to_leave_out(invoke: Invoke) -> None:
    assert invoke("compute", SPAM, SHARE, "-f", "json", "--no-header").exit_code == 2


@pytest.mark.parametrize(
    ("share", "linux"),
    [
        ("OS,Sessions,% New Sessions\nWindows,9897,30.5%\nLinux,103,8.2%\n", "Linux,5.14,1.03,"),
        ("OS,Users,Growth %\nWindows,9897,3.5\nLinux,103,8\n", "Linux,5.14,1.03,"),
        ("OS,users,share change\nWindows,9897,1.2\nLinux,103,0.5\n", "Linux,5.14,1.03,"),
        ("Rank,OS,Usage\n1,Windows,98.97\n2,Linux,1.03\n", "Linux,5.14,1.03,"),
    ],
)
def test_a_column_of_something_else_is_not_taken_for_shares(
    invoke: Invoke, write: Write, share: str, linux: str
) -> None:
    result = invoke("compute", SPAM, write("m.csv", share), "-f", "csv", "--no-header")
    assert result.stdout.startswith(linux)


@pytest.mark.parametrize(
    ("share", "complaint"),
    [
        (
            "OS,bounce rate\nWindows,30.1%\nLinux,40.2%\n",
            "can't tell which column holds the market shares",
        ),
        (
            "OS,pages per visit\nWindows,3.1\nLinux,4.2\n",
            "'pages per visit' may be something else",
        ),
        ("os,share\nWindows,$91.58\n", "m.csv:2: column 'share': '$91.58' is not a number"),
        (
            "os,share %\nWindows,0.9158\nLinux,0.0103\nMac,0.0534\n",
            "says percent, but adds up to 0.9795",
        ),
        (
            "OS,Share\nWindows,91,58\nLinux,1,03\n",
            "has 3 cells, but there are 2 headings",
        ),
        ("Windows,9158x\nLinux,103\nMac,534\n", "m.csv:1: '9158x' is not a number"),
    ],
)
def test_what_could_be_taken_wrong_is_refused(
    invoke: Invoke, write: Write, share: str, complaint: str
) -> None:
    result = invoke("compute", SPAM, write("m.csv", share))
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr


def test_a_sum_of_the_others_is_doubted_under_any_name(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "os,visits\nWindows,91\nLinux,1\nMac,8\nTodos,100\n")
    assert invoke("compute", SPAM, share).complaints == [
        "error: m.csv: 'Todos' (line 5): the sum of the rows next to it; --drop Todos leaves "
        "it out, --names FILE with a line Todos,Todos says that it stands for itself"
    ]


def test_a_source_with_a_year_below_the_table_is_no_row(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "OS,visits\nWindows,500\nLinux,500\n\nSource: somebody, 2010\n")
    result = invoke("compute", SPAM, share, "-f", "csv", "--no-header")
    assert result.stdout.startswith("Windows,92.65,50.0,1.853")
    assert "left out: line 5 (text below the table)" in result.stderr


def test_spam_from_no_machines_is_above_any_number(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "os,share\nLinux,0\nWindows,94.66\nMac,5.34\n")
    result = invoke("compute", SPAM, share, "--fail-above", "2")
    assert result.exit_code == 3
    assert result.complaints[-1] == "above 2: Linux (no market share)"


def test_market_words_over_spam_shares_are_doubted(invoke: Invoke, write: Write) -> None:
    table = write("u.csv", "os,usage share\nWindows,91.58\nLinux,1.03\n")
    assert "'usage share' may be something else" in invoke("compute", table, SHARE).stderr


def test_counts_under_two_names_of_an_os_add_up(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,messages\nOS X,10\nmacOS,20\nWindows,90\n")
    result = invoke("compute", spam, SHARE, "-f", "csv", "--no-header")
    assert "OS X,25.0,5.34," in result.stdout
    assert (
        "note: s.csv: column 'messages'; counts, 120 in all; 3 rows added up to 2"
        in result.complaints
    )


@pytest.mark.parametrize(
    ("name", "options", "first"),
    [
        ("r.csv", (), "os,spam_share,market_share,spam_index"),
        ("r.TSV", (), "os\tspam_share\tmarket_share\tspam_index"),
        ("r.json", (), "["),
        ("r.jsonl", (), '{"os": "Linux", "spam_share": 5.14, "market_share": 1.03, '),
        ("r.md", (), "| OS       |   Spam % |   Market % |   Spam index |"),
        ("r.html", (), "<table>"),
        ("r.tex", (), "\\begin{tabular}{lrrr}"),
        ("r.txt", (), "OS          Spam %    Market %    Spam index"),
        ("r", (), "OS          Spam %    Market %    Spam index"),
        ("r.csv", ("-f", "json"), "["),
        ("r.json", ("-f", "markdown"), "| OS       |   Spam % |   Market % |   Spam index |"),
    ],
)
def test_a_file_is_written_as_its_name_ends_unless_a_format_is_given(
    invoke: Invoke, write: Write, tmp_path: Path, name: str, options: tuple[str, ...], first: str
) -> None:
    write("other", "")
    result = invoke("compute", SPAM, SHARE, "-o", name, *options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / name).read_text().splitlines()[0].startswith(first)


@pytest.mark.parametrize(
    ("option", "figure", "readings"),
    [
        ("--spam-total", "10.000", "10000 or 10"),
        ("--fail-above", "1,500", "1500 or 1.5"),
        ("--design-effect", "1,500", "1500 or 1.5"),
    ],
)
def test_a_number_of_two_readings(invoke: Invoke, option: str, figure: str, readings: str) -> None:
    result = invoke("compute", SPAM, SHARE, option, figure)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option}: {figure!r} may be {readings}: write which" in result.stderr
