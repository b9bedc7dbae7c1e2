from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spamindex.errors import FileError, SpamIndexWarning
from spamindex.names import BUILT_IN, Names, is_bare_version
from spamindex.tables.synonyms import read_names
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
        "Birds", "Birds", "BeOS", "BeOS", "AIX"
    ]  # fmt: skip
    assert (names.canonical("Haiku"), names.label("Haiku")) == ("haiku", "BeOS")
    assert names.family("Windows 7") == "Windows"


def test_a_family_of_ones_own_comes_first_for_a_name_and_for_a_pattern(write: Write) -> None:
    names = read_names(write("n.csv", "Ubuntu*,,Ubuntu\nLinux,,Penguins\n"))
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


def test_a_mapping_is_taken_in_peoples_spelling() -> None:
    names = Names.of({"Tux": "GNU/Linux", "Fenster": "MS Windows"})
    assert (names.canonical("TUX"), names.canonical("fenster")) == ("linux", "windows")
    assert names.canonical("Macintosh") == "macos"
    names = Names.of({"Linux": "GNU/Linux", "Tux": "Linux"})
    assert names.canonical("tux") == "linux"
    assert Names.of(names) is names


@given(st.text())
@example("\N{LATIN SMALL LETTER SHARP S}\N{COMBINING ACUTE ACCENT}")
def test_the_canonical_form_of_a_canonical_form_is_itself(name: str) -> None:
    once = BUILT_IN.canonical(name)
    assert BUILT_IN.canonical(once) == once


@pytest.mark.parametrize(
    ("canonical", "spellings"),
    [
        ("macos", "OS X, macOS, Mac OS X, Macintosh, Mac OS, Mac, OSX"),
        ("chromeos", "Chrome OS, ChromeOS"),
        ("windows", "Microsoft Windows, Windows, MS Windows"),
        ("windows 7", "Win7, Windows 7, Win 7, Microsoft Windows 7"),
        ("windows 8.1", "Win8.1, Windows 8.1"),
        ("windows 8", "Win8, Windows 8"),
        ("other", "Other, Others"),
        ("linuxtm", "Linux\N{TRADE MARK SIGN}, LINUXTM"),
    ],
)
def test_synonyms(canonical: str, spellings: str) -> None:
    assert {BUILT_IN.canonical(name) for name in spellings.split(", ")} == {canonical}


def test_doubts_about_the_file_are_warned_of(write: Write) -> None:
    with pytest.warns(UserWarning, match=r"n\.csv: is not UTF-8"):
        read_names(write("n.csv", "Caf\u00e9,Linux\n".encode("cp1252")))


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("Windows", "Windows, Windows 11, Win7, Win 10, Windows XP 32 bit, Windows Vista SP2 x86, "
         "Windows 2003 64 bit, Windows Server 2008 R2 RTM, Windows-XP, Microsoft Windows 8.1, "
         "Windows NT kernel, Windows NT kernel 5.x, Windows 7 or 8, Windows 7 (Some crawler)"),
        ("Windows Phone", "Windows Phone 8, Windows Mobile"),
        ("macOS", "macOS, OS X, Mac, Macintosh, macOS 14, MacOS 10.6.3 64 bit, Mac OS X 10.x, "
         "MacOS X 10.9 or newer (sometimes iPhone or iPad), Darwin"),
        ("Linux", "Linux, GNU/Linux, Ubuntu, Ubuntu 22.04 LTS 64 bit, Arch Linux 64 bit, Debian, "
         "Linux Mint, Linux 3.11 and newer, Linux 2.2.x-3.x (no timestamps), Linux 2.4-2.6, "
         "Linux 3.x (loopback), Linux 2.6.x (Some crawler), SteamOS Holo"),
        ("Android", "Android, Android 13, Android 4.x, Linux (Android)"),
        ("iOS", "iOS, iPadOS, iOS 17, iPhone /Touch, iOS iPhone or iPad, iPhone OS"),
        ("Chrome OS", "Chrome OS, ChromeOS, Chromium OS"),
        ("FreeBSD", "FreeBSD, FreeBSD 8.x-9.x, FreeBSD 9.x or newer"),
        ("OpenBSD", "OpenBSD 4.x-5.x"),
        ("NetBSD", "NetBSD 9"),
        ("Solaris", "Solaris 10, SunOS"),
        ("OpenVMS", "OpenVMS 7.x"),
        ("HP-UX", "HP-UX 11.x"),
        ("Tru64", "Tru64 4.x"),
        ("NeXTSTEP", "NeXTSTEP"),
        ("BlackBerry", "Blackberry"),
        ("Nintendo", "Nintendo, Nintendo Wii, Nintendo 3DS"),
        ("PlayStation", "Playstation"),
        ("Symbian", "Symbian"),
        ("Other", "Other, Others"),
        ("Unknown", "Unknown, UNKNOWN, (not set), unidentified, ???"),
        (None, "Haiku, JavaME, Unix, Unix+Linux, 7, 8.1, Firefox 10.x or newer, NMap SYN scan, "
         "Opera on Nintendo Wii, p0f sendsyn utility, Apache 2.x, curl, Googlebot"),
    ],
)  # fmt: skip
def test_families(family: str | None, names: str) -> None:
    assert {name: BUILT_IN.family(name) for name in names.split(", ")} == dict.fromkeys(
        names.split(", "), family
    )


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("7", True), ("8.1", True), ("10.x", True), ("v2", True), ("V2.X", True), (" 5.10 ", True),
        ("Windows 7", False), ("XP", False), ("8.1a", False), ("8.", False), ("", False),
        ("v", False), ("8.a", False), ("\N{ARABIC-INDIC DIGIT SEVEN}", False),
    ],
)  # fmt: skip
def test_bare_versions(name: str, bare: bool) -> None:
    assert is_bare_version(name) is bare
