from __future__ import annotations

from pathlib import Path

import pytest

import spamindex
from spamindex.errors import FileError, SpamIndexNote, SpamIndexWarning
from spamindex.names import BUILT_IN
from spamindex.tables.synonyms import read_names
from tests.conftest import Write


def test_names_of_ones_own_come_first(write: Write) -> None:
    names = read_names(write("n.csv", "name,canonical\nTux,GNU/Linux\nmacOS,Apple\nOther,Other\n"))
    assert names.canonical("TUX") == names.canonical("Linux")
    assert names.canonical("Mac OS X") == "apple"
    assert names.canonical("Win7") == names.canonical("Windows 7")


def test_a_name_can_be_taken_out_of_the_synonyms(write: Write) -> None:
    names = read_names(write("n.csv", "OS X,OS X\nBSD,FreeBSD\n"))
    assert names.canonical("OS X") != names.canonical("Mac OS X")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("name,canonical\nTux,\n", "n.csv:2: a name and its canonical name are needed"),
        ("Tux,Linux\nTux,BSD\n", "n.csv:2: 'Tux' has another canonical name on line 1"),
        (
            "canonical,name\nLinux,Tux\n",
            "n.csv:1: the columns are name,canonical or name,canonical,family, in this order",
        ),
        (",Linux\n", "n.csv:1: a name and its canonical name are needed"),
        (",,Linux\n", "n.csv:1: a name and its canonical name are needed"),
        ("Tux,Linux,\nTux,,Linux\n", "n.csv:2: 'Tux' has another canonical name on line 1"),
        ("Tux,,Linux\nTux,BSD,\n", "n.csv:2: 'Tux' has another canonical name on line 1"),
        ("a,b\nb,c\nc,a\n", "n.csv:3: 'c' leads back to itself"),
        ("a,b\nb,c\nc,b\n", "n.csv:3: 'c' leads back to itself"),
        ("Linux,tux\ntux,GNU/Linux\n", "n.csv:2: 'tux' leads back to itself"),
    ],
)
def test_contradictions_are_refused(write: Write, content: str, fault: str) -> None:
    with pytest.raises(FileError) as caught:
        read_names(write("n.csv", content))
    assert fault in caught.value.faults


def test_all_contradictions_are_said_at_once(write: Write) -> None:
    with pytest.raises(FileError) as caught:
        read_names(write("n.csv", "name,canonical\nA,x\nB,\na,y\nA,z\n"))
    assert caught.value.faults == (
        "n.csv:3: a name and its canonical name are needed",
        "n.csv:4: 'a' has another canonical name on line 2",
        "n.csv:5: 'A' has another canonical name on line 2",
    )


def test_headings_are_no_names(write: Write) -> None:
    for headings in ("name,canonical,", "Name,Canonical,Family"):
        names = read_names(write("n.csv", f"{headings}\nTux,Linux,\n"))
        assert (names.canonical("name"), names.canonical("tux")) == ("name", "linux")


def test_a_family_is_that_of_a_name_and_of_its_canonical_one(write: Write) -> None:
    names = read_names(write("n.csv", "Tux,Penguin,Birds\nHaiku,,BeOS\nBeOS 5,haiku\nAIX,AIX\n"))
    assert [names.family(name) for name in ("tux", "Penguin", "HAIKU", "BeOS 5", "AIX")] == [
        "Birds", "Birds", "BeOS", "BeOS", None
    ]  # fmt: skip
    assert (names.canonical("Haiku"), names.label("Haiku")) == ("haiku", "BeOS")
    assert names.family("Windows 7") == "Windows"


def test_a_family_of_ones_own_comes_first_for_a_name_and_for_its_versions(write: Write) -> None:
    names = read_names(write("n.csv", "Ubuntu,,Ubuntu\nLinux,,Penguins\n"))
    assert names.family("Ubuntu 22.04") == "Ubuntu"
    assert names.family("Linux") == "Penguins"
    assert names.family("Debian") == "Linux"


def test_how_a_file_of_names_is_written_can_be_said(write: Write) -> None:
    names = read_names(
        write("n.csv", "K\N{LATIN SMALL LETTER O WITH DIAERESIS},x:Linux\n".encode("cp850")),
        delimiter=":",
        encoding="cp850",
    )
    assert names.canonical("k\N{LATIN SMALL LETTER O WITH DIAERESIS},X") == "linux"


def test_a_name_alone_is_not_enough(write: Write) -> None:
    with pytest.raises(FileError, match=r"^n\.csv:1: a name and its canonical name are needed$"):
        read_names(write("n.csv", "Tux\n"), delimiter=",")


def test_doubts_about_names_come_from_the_place_that_called(write: Write) -> None:
    with pytest.warns(SpamIndexWarning) as caught:
        read_names(write("n.csv", "Caf\u00e9,Linux\n".encode("cp1252")))
    assert caught[0].filename == __file__


def test_blank_lines_and_comments_in_a_names_file_end_nothing(write: Write) -> None:
    content = "name,canonical\n# penguins\nTux,Linux\n\n#\nFenster,Windows\n"
    names = read_names(write("n.csv", content))
    assert names.canonical("Fenster") == "windows"
    assert names.canonical("Tux") == "linux"


def test_what_is_known_already_may_be_said_again(write: Write) -> None:
    names = read_names(write("n.csv", "Linux,GNU/Linux\nmacOS,Mac OS X\n"))
    assert names.canonical("GNU/Linux") == names.canonical("Linux")
    assert names.canonical("OS X") == names.canonical("macOS")


def test_doubts_about_the_file_are_warned_of(write: Write) -> None:
    with pytest.warns(UserWarning, match=r"n\.csv: is not UTF-8"):
        read_names(write("n.csv", "Caf\u00e9,Linux\n".encode("cp1252")))


def test_a_line_without_a_name_makes_nameless_rows_a_rest(write: Write) -> None:
    names = read_names(write("n.csv", "name,canonical\n,Unknown\nTux,Linux\n"))
    assert (names.canonical(""), names.rest(" "), names.plain().rest("")) == (
        "unknown", "unknown", "unknown"
    )  # fmt: skip
    assert (BUILT_IN.canonical(""), BUILT_IN.rest("")) == ("", None)


def test_a_name_that_is_its_own_canonical_name_stands_alone(write: Write) -> None:
    names = read_names(write("n.csv", 'Total,TOTAL\n"Windows 7",Windows 7\nTux,,Linux\n'))
    assert [name for name in ("total", "Windows 7", "Tux") if names.stands_alone(name)] == [
        "total", "Windows 7"
    ]  # fmt: skip
    assert (names.family("Windows 7"), names.family("Windows 8")) == (None, "Windows")


def test_a_name_that_stands_alone_can_have_a_family(write: Write) -> None:
    names = read_names(
        write("n.csv", "name,canonical,family\nWindows 10 S,Windows 10 S,Windows Phone\n")
    )
    assert names.family("Windows 10 S") == "Windows Phone"
    assert names.stands_alone("Windows 10 S")


def test_two_families_of_one_name_are_refused(write: Write) -> None:
    with pytest.raises(FileError, match=r"^n\.csv:2: 'TUX' has another family on line 1$"):
        read_names(write("n.csv", "Tux,,Linux\nTUX,,Birds\n"))


def test_comments_may_hold_quotation_marks_and_delimiters(write: Write) -> None:
    names = read_names(write("n.csv", '# an "open, one; here\nTux;Linux\n#;\nFenster;Windows\n'))
    assert [names.canonical(name) for name in ("Tux", "Fenster")] == ["linux", "windows"]


def test_a_quotation_that_never_ends_is_refused_with_its_line(write: Write) -> None:
    with pytest.raises(
        FileError, match=r"^n\.csv:3: can't be read as CSV: unexpected end of data$"
    ):
        read_names(write("n.csv", 'Tux,Linux\nXP,NT\n"Fenster,Windows\n'))


def test_lines_are_counted_over_quotations(write: Write) -> None:
    with pytest.raises(FileError, match=r"^n\.csv:3: a name and its canonical name are needed$"):
        read_names(write("n.csv", '"Tux\nPenguin",Linux\nFenster,\n'))


def test_how_an_encoding_was_found_is_a_note(write: Write) -> None:
    with pytest.warns(
        SpamIndexNote, match=r"^n\.csv: has no byte-order mark, and was read as utf-16-le$"
    ):
        read_names(write("n.csv", "name,canonical\nTux,Linux\n".encode("utf-16-le")))


def test_the_names_that_are_built_in_are_such_a_file() -> None:
    path = Path(spamindex.__file__).parent / "names.csv"
    names = read_names(path)
    for name in ("GNU/Linux", "Vista", "W2003", "Ubuntu 22.04", "JavaME", "Sonstige", "OS X 10.9"):
        assert names.canonical(name) == BUILT_IN.canonical(name)
        assert names.family(name) == BUILT_IN.family(name)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and line[0] != "#" and line.count(",") != 2] == []
