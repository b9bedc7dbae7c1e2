from __future__ import annotations

import pytest

from spamindex.errors import FileError
from spamindex.names import BUILT_IN, read_names
from tests.conftest import Write


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Linux", " gnu/linux "),
        ("OS X", "Mac OS X"),
        ("macOS", "Macintosh"),
        ("macOS", "Mac"),
        ("Chrome OS", "ChromeOS"),
        ("Windows", "MICROSOFT  WINDOWS"),
        ("Win7", "Windows 7"),
        ("Win 10", "Microsoft Windows 10"),
        ("WinXP", "Windows XP"),
        ("Other", "Others"),
        ("Unknown", "(not set)"),
        ("ＬＩＮＵＸ", "linux"),  # noqa: RUF001
        ("Lin\N{ZERO WIDTH SPACE}ux", "Linux"),
        ("Linux\N{NO-BREAK SPACE}2", "Linux 2"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "CAFÉ"),
    ],
)
def test_spellings_of_one_os_meet(one: str, other: str) -> None:
    assert BUILT_IN.canonical(one) == BUILT_IN.canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Windows", "Windows 7"),
        ("Windows 8", "Windows 8.1"),
        ("Other", "Unknown"),
        ("iOS", "macOS"),
        ("FreeBSD", "OpenBSD"),
        ("7", "Windows 7"),
        ("Linux", "Android"),
    ],
)
def test_what_is_not_the_same_stays_apart(one: str, other: str) -> None:
    assert BUILT_IN.canonical(one) != BUILT_IN.canonical(other)


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
        ("a,b\nb,c\nc,a\n", "n.csv:1: 'a' leads back to itself"),
    ],
)
def test_contradictions_are_refused(write: Write, content: str, fault: str) -> None:
    with pytest.raises(FileError) as caught:
        read_names(write("n.csv", content))
    assert fault in caught.value.faults


def test_doubts_about_the_file_are_warned_of(write: Write) -> None:
    with pytest.warns(UserWarning, match=r"n\.csv: is not UTF-8"):
        read_names(write("n.csv", "Caf\u00e9,Linux\n".encode("cp1252")))
