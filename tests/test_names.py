from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spamindex.errors import SpamIndexError
from spamindex.names import BUILT_IN, Names, fold, is_bare_version


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
        ("ＬＩＮＵＸ", "linux"),
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
        ("linux", "Linux\N{TRADE MARK SIGN}, Linux\N{REGISTERED SIGN}"),
        ("windows server 2003", "W2003, Windows 2003, Win2K3"),
        ("windows vista", "Vista, WinVista, Microsoft Windows Vista"),
        ("windows xp", "XP, WinXP, Windows-XP, windows_xp"),
        ("macos 10.15", "Mac OS X 10.15, macOS 10.15, OS X 10.15, macOS-10.15"),
        ("ios 3.1", "iPhone OS 3.1, iOS 3.1, iOS3.1"),
        ("linux 2.6", "GNU/Linux 2.6, Linux 2.6"),
    ],
)
def test_synonyms(canonical: str, spellings: str) -> None:
    assert {BUILT_IN.canonical(name) for name in spellings.split(", ")} == {canonical}


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ('"Arch Linux" 64 bit', "arch linux 64 bit"),
        ("\N{LEFT DOUBLE QUOTATION MARK}Linux\N{RIGHT DOUBLE QUOTATION MARK}", "linux"),
        ("«Linux»", "linux"),
        ("\N{LEFT CORNER BRACKET}Linux\N{RIGHT CORNER BRACKET}", "linux"),
        ("\N{FULLWIDTH QUOTATION MARK}Linux\N{FULLWIDTH QUOTATION MARK}", "linux"),
        ("Windows\N{SUPERSCRIPT SEVEN}", "windows"),
        ("Windows 7\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}", "windows 7"),
        ("Windows⁽¹⁾ 7", "windows 7"),
        ("Windows\N{MODIFIER LETTER SMALL A}", "windows"),
        ("Windows\N{SUPERSCRIPT SEVEN}*", "windows"),
        ("Windows\N{SUPERSCRIPT SEVEN}\N{ZERO WIDTH SPACE}", "windows"),
        ("Linux*", "linux"),
        ("Linux **", "linux"),
        ("Linux\N{DAGGER}", "linux"),
        ("Linux [1]", "linux"),
        ("Linux[12][3]*", "linux"),
        ("Linux [a]", "linux"),
        ("Linux [note 2]", "linux"),
        ("Linux [x86]", "linux [x86]"),
        ("Windows (7)", "windows (7)"),
        ("*nix", "*nix"),
        ("*", "*"),
        ("\N{SUPERSCRIPT SEVEN}", "7"),
        ("[1]", "[1]"),
        ("Lin\N{ZERO WIDTH NON-JOINER}ux\N{VARIATION SELECTOR-16}", "linux"),
        ("Cote d'Ivoire", "cote divoire"),
        ("C\N{SUPERSCRIPT TWO}loud", "c2loud"),
        ("1e5", "1e5"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_only_the_looks_of_a_name_are_is_folded_away(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(
    st.text(
        alphabet=st.characters() | st.sampled_from("*[]1a()\N{SUPERSCRIPT SEVEN}'\"\N{DAGGER} ")
    )
)
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    assert fold(fold(name)) == fold(name)


FAMILIES: list[tuple[str | None, list[str]]] = [
    ("Windows", [
      "Windows 10 Pro", "Windows NT 6.1; WOW64", "Windows Server 2019", "Windows XP SP3",
      "Vista", "NT", "W2003", "Win7", "Windows 7 or 8", "Windows NT kernel 5.x",
      "Windows XP/2000 (RFC1323+, w+, tstamp-)", "Windows 2000 SP4, XP SP1+",
      "Windows 10 for 32-bit Systems", "Windows 10 Version 22H2 for x64-based Systems",
      "Windows_NT", "Windows 98SE", "Microsoft Windows [Version 10.0.19045.3]",
      "Windows Vista SP2 32-bit", "Win32", "WinNT 4.0 SP6a",
      "Microsoft® Windows® 7 Home Premium 64-bit", "Windows 10 Home, 64 bit",
      "Windows 8.1 Single Language", "Windows XP Media Center Edition", "Windows 10/11",
      "Windows 95/98/ME", "XP", "Windows 11 (22H2)", "Windows 7 (Websense crawler)",
      "Windows 10 x64 19045", "Windows XP; dist: 6; raw_mtu: 1340", "Windows RT 8.1",
      "Windows 10 Pro for Workstations", "Windows 3.1", "Windows NT 4",
      "windows 10 enterprise ltsc 2021", "Windows", "Windows 11", "Win 10",
      "Windows XP 32 bit", "Windows Vista SP2 x86", "Windows 2003 64 bit",
      "Windows Server 2008 R2 RTM", "Windows-XP", "Microsoft Windows 8.1",
      "Windows NT kernel", "Windows 7 (Some crawler)", "Windows 95"]),
    ("macOS", [
      "Mac OS X 10.15 (Catalina)", "macOS Sonoma 14.2", "OS X El Capitan",
      "Macintosh; Intel Mac OS X 10_15_7", "Darwin Kernel Version 19.6.0", "Mac OS 9",
      "macOS 12.6 (Monterey)", "macOS/OS X", "Mac_PowerPC", "macOS (Apple Silicon)",
      "MacOS X 10.9 or newer (sometimes iPhone or iPad)", "Mac OS X 10.6 Snow Leopard",
      "macOS", "OS X", "Mac", "Macintosh", "macOS 14", "MacOS 10.6.3 64 bit", "Mac OS X 10.x",
      "Darwin"]),
    ("Linux", [
      "Linux 2.2.x-3.x", "Linux 3.11 and newer", "Ubuntu 22.04.1 LTS",
      "Debian GNU/Linux 7.0 (wheezy) 64 bit", "X11; Linux x86_64", "X11; U; Linux i686",
      "X11; Ubuntu; Linux x86_64", "Linux Mint 14 Nadia 64 bit", '"Manjaro Linux" 64 bit',
      "Linux 5.15.0-91-generic", "Linux 2.6.32-754.el6.x86_64",
      "Red Hat Enterprise Linux Server 7.9", "SUSE Linux Enterprise Server 15 SP4",
      "Fedora Linux 39 (Workstation Edition)", "openSUSE Leap 15.5", "openSUSE Tumbleweed",
      "CentOS Stream 9", "Linux Ubuntu", "Linux (Ubuntu)", "Linux/Ubuntu",
      "Freedesktop SDK 22.08 (Flatpak runtime) 64 bit", "Pop!_OS 22.04 LTS 64 bit",
      "Linux 64 bit", "Ubuntu Server 22.04", "Rocky Linux 9.3 (Blue Onyx)", "linux2",
      "Debian 12", "Linux kernel 5.4", "Debian testing", "Arch", "Mint 21", "Linux⁷",
      "Linux*", "Linux [1]", "SteamOS Holo 64 bit", "Oracle Linux Server 8.8",
      "Linux 2.4/2.6", "Raspberry Pi OS", "Linux armv8l", "Linux", "GNU/Linux", "Ubuntu",
      "Ubuntu 22.04 LTS 64 bit", "Arch Linux 64 bit", "Debian", "Linux Mint",
      "Linux 2.2.x-3.x (no timestamps)", "Linux 2.4-2.6", "Linux 3.x (loopback)",
      "SteamOS Holo"]),
    ("Android", [
      "Linux; Android 4.4; Nexus", "Linux; U; Android 2.2", "Android 13",
      "Android 4.4.2 KitKat", "Android TV 11", "Linux (Android)", "Android Oreo 8.1",
      "Fire OS 7", "Android", "Android 4.x"]),
    ("iOS", [
      "iOS/iPad", "iPhone OS 3.1", "iPhone; CPU iPhone OS 3_1 like Mac OS X", "iPadOS 17",
      "iPhone 12 Pro Max", "iPod touch", "iOS iPhone or iPad", "iOS 17.2.1", "iPhone/iPad",
      "iOS", "iPadOS", "iOS 17", "iPhone /Touch", "iPhone OS"]),
    ("Windows Phone", [
      "Windows 10 Mobile", "Windows Phone 8.1", "Windows Mobile 6.5 Professional",
      "Windows CE 5", "WinCE", "Windows Phone OS 7.5"]),
    ("Chrome OS", [
      "X11; CrOS x86_64 14541.0.0", "Chrome OS 120", "ChromeOS Flex", "Chromium OS"]),
    ("FreeBSD", [
      "FreeBSD 13.2-RELEASE-p3", "FreeBSD 9.x or newer", "FreeBSD 4.6-4.9", "FreeBSD",
      "FreeBSD 8.x-9.x"]),
    ("Solaris", [
      "Solaris 10 (SunOS 5.10)", "SunOS 5.11", "Oracle Solaris 11.4", "Solaris 2.5-2.7 (1)",
      "SunOS"]),
    ("AIX", [
      "IBM AIX 7.2 TL5 SP2"]),
    ("HP-UX", [
      "HP-UX B.11.31", "HP-UX 11.x"]),
    ("Tru64", [
      "Tru64 UNIX 5.1", "Tru64 4.x"]),
    ("DragonFly BSD", [
      "DragonFly 6.4"]),
    ("Xbox", [
      "Xbox One", "Xbox Series X", "Xbox 360"]),
    ("PlayStation", [
      "PlayStation 5", "PlayStation 4 Pro", "PS4", "PlayStation Vita"]),
    ("Nintendo", [
      "Nintendo Switch", "Wii U", "New Nintendo 3DS", "Nintendo", "Nintendo 3DS"]),
    ("Tizen", [
      "Linux; Tizen 2.3", "Tizen TV 6.0"]),
    ("webOS", [
      "webOS TV 6", "Web0S; Linux/SmartTV"]),
    ("Symbian", [
      "Symbian^3", "Symbian S60", "Series 60"]),
    ("BlackBerry", [
      "BlackBerry 10", "BlackBerry OS 7.1", "Blackberry"]),
    ("KaiOS", [
      "KaiOS 2.5"]),
    ("Haiku", [
      "Haiku R1/beta4"]),
    ("OS/2", [
      "OS/2 Warp 4"]),
    ("OpenVMS", [
      "OpenVMS 8.x"]),
    ("IBM i", [
      "OS/400 V5R4"]),
    ("Other", [
      "Andere", "Sonstige", "Autres", "Other (12 systems)", "其他", "OTHERS", "Другие", "Other"]),
    ("Unknown", [
      "UNKNOWN [65535:55:1:64:M1460]", "???", "(not set)", "Inconnu", "n/a", "Unbekannt",
      "unknown; dist: 3", "UNKNOWN", "unidentified"]),
    (None, [
      "Windows Subsystem for Linux", "WSL2", "Unix but not Linux", "Windows or Mac",
      "Windows Mail", "Windows Live Mail", "Windows Live", "iPhone Mail", "Mint Mobile",
      "Rocky Mountain Internet", "Chrome", "Linux Magazine", "Apple Mail", "Debian project",
      "Windows Defender", "Windows Update", "Windows Media Player", "Android Police",
      "Mac Mail", "Windows (all versions)", "Windows 10 (mobile)", "All Windows",
      "Not Windows", "non-Linux", "Windows and Linux", "Linux/Windows", "Windows/Linux",
      "FreeBSD and Solaris", "Ubuntu One", "Red Hat Inc", "SUSE Group", "Arch Insurance",
      "Alma Media", "Windows 10 Mail", "Windows total", "Windows 7 (total)",
      "Windows 10 (all editions)", "iOS and Android", "Android/iOS", "macOS Mail",
      "Fedora Project", "Linux Foundation", "Windows Server Update Services", "Unix+Linux",
      "Unix", "BSD", "JavaME", "Thunderbird", "Mac Pro", "Solaris Energy", "Next",
      "Windows;Linux", "Outlook; Windows 10", "Mozilla; Linux", "Windows-", "Windows 10 +",
      "Linux or", "Ubuntu 22.04 (WSL)", "Windows Hello", "Microsoft", "Apple", "Google",
      "Darwinia", "Fedoras", "Windows Longhorn Steakhouse", "Kali Ma", "Tails of Iron",
      "Oracle", "Amazon", "Windows 7 (other)", "Windows 10 IoT Mobile",
      "Ubuntu 22.04 or Windows", "Linux Mint Mobile", "Windows 10 on Mac", "7", "8.1",
      "Firefox 10.x or newer", "NMap SYN scan", "Opera on Nintendo Wii",
      "p0f sendsyn utility", "Apache 2.x", "curl", "Googlebot", "GIF", "MSIE 8 or newer",
      "Windows 7 or", "Windows 10 (with Linux)", "Mandatory", "Archive", "Winnipeg",
      "Machine", "Iosco", "Uno"]),
    ("OpenBSD", [
      "OpenBSD 4.x-5.x"]),
    ("NetBSD", [
      "NetBSD 9"]),
    ("NeXTSTEP", [
      "NeXTSTEP"]),
]  # fmt: skip


@pytest.mark.parametrize(("family", "names"), FAMILIES)
def test_a_family_takes_its_versions_and_editions_and_nothing_else(
    family: str | None, names: list[str]
) -> None:
    assert {name: BUILT_IN.family(name) for name in names} == dict.fromkeys(names, family)


def test_systems_of_no_family_are_known_and_other_names_are_not() -> None:
    systems = ["Unix", "BSD", "JavaME", "Windows Subsystem for Linux", "WSL2", "Plan 9", "Java ME"]
    assert [name for name in systems if not BUILT_IN.knows(name)] == []
    assert [name for name in systems if BUILT_IN.family(name)] == []
    others = ["Chrome", "Mint Mobile", "Windows Mail", "Windows or Mac", "Visits", "Date", "7", ""]
    assert [name for name in others if BUILT_IN.knows(name)] == []


@pytest.mark.parametrize("name", [name for family, names in FAMILIES if family for name in names])
def test_what_has_a_family_is_known_and_goes_by_its_name(name: str) -> None:
    family = BUILT_IN.family(name)
    assert family is not None
    assert BUILT_IN.knows(name)
    assert BUILT_IN.canonical(BUILT_IN.label(name)) == BUILT_IN.canonical(family)


@pytest.mark.parametrize(
    ("rest", "names"),
    [
        ("other",
         "Other, Others, Andere, Sonstige, Autres, Otros, Outros, Altri, Overig, Inne, Прочие, "
         "Другие, 其他, その他, 기타, Diğer, Övriga, Other OS, All others, (other), "
         'Other (12 systems), "Other", Other*'),
        ("unknown",
         "Unknown, UNKNOWN, Unbekannt, Inconnu, Desconocido, Sconosciuto, Onbekend, Nieznany, "
         "Неизвестно, 不明, 未知, (not set), ???, n/a, unidentified, Unknown; dist: 4, "
         "UNKNOWN [65535:55:1:64:M1460], Unknown (no data)"),
        (None,
         "Linux, Otherwise, Other Linux, Unknown Worlds, Anderes Ufer, Others Like Us, NA, Citi, "
         "Windows, 12"),
    ],
)  # fmt: skip
def test_rests_are_known_in_several_languages(rest: str | None, names: str) -> None:
    for known in (BUILT_IN, BUILT_IN.plain()):
        assert {name: known.rest(name) for name in names.split(", ")} == dict.fromkeys(
            names.split(", "), rest
        )


def test_a_name_without_an_os_is_only_itself() -> None:
    names = BUILT_IN.plain()
    for name in ("Windows 7", "Mint Mobile", "Windows Mail", "iPhone OS", "Mac", "XP", "NT"):
        assert names.canonical(name) == fold(name)
        assert (names.family(name), names.label(name), names.knows(name)) == (None, name, False)
    assert names.canonical(' "Comcast"*') == names.canonical("COMCAST")
    assert names.knows("Others")


def test_a_name_without_an_os_follows_ones_own_lines() -> None:
    names = BUILT_IN.extended({"AT&T": "Bellsouth"}, {"Comcast": "Cable"}).plain()
    assert names.canonical("at&t") == names.canonical("BellSouth") == "bellsouth"
    assert (names.family("Comcast"), names.family("Comcast 2")) == ("Cable", None)
    assert (names.canonical("Mac"), names.rest("Andere")) == ("mac", "other")


def test_a_name_that_stands_alone_has_no_built_in_synonym_family_or_rest() -> None:
    names = BUILT_IN.extended({"OS X": "OS X", "Windows": "Windows", "Others": "Others"})
    assert names.canonical("OS X") == "os x"
    assert (names.family("Windows"), names.label("Windows")) == (None, "Windows")
    assert (names.rest("Others"), names.rest("Other")) == (None, "other")
    assert [n for n in ("os x", '"Windows"', "OTHERS", "macOS") if names.stands_alone(n)] == [
        "os x", '"Windows"', "OTHERS"
    ]  # fmt: skip
    assert all(names.knows(name) for name in ("OS X", "Windows", "Others"))
    # Its versions are what they were.
    assert (names.family("OS X 10.9"), names.family("Windows 7")) == ("macOS", "Windows")


def test_no_name_stands_alone_by_itself() -> None:
    assert [name for name in ("Linux", "JavaME", "Other", "") if BUILT_IN.stands_alone(name)] == []


def test_a_family_of_ones_own_is_that_of_versions_too() -> None:
    names = BUILT_IN.extended({}, {"Tux": "Linux", "Ubuntu": "Ubuntu"})
    assert [names.family(name) for name in ("Tux", "Tux 2.6 (x86_64)", "Tux Paint")] == [
        "Linux", "Linux", None
    ]  # fmt: skip
    assert [names.family(name) for name in ("Ubuntu 22.04 LTS", "Debian 12")] == ["Ubuntu", "Linux"]


def test_lines_of_ones_own_add_up_and_later_ones_count() -> None:
    names = BUILT_IN.extended({"Tux": "Linux"}).extended({"Fenster": "Windows", "Tux": "FreeBSD"})
    assert [names.canonical(name) for name in ("Tux", "Fenster")] == ["freebsd", "windows"]


def test_a_circle_of_names_is_refused() -> None:
    with pytest.raises(SpamIndexError, match="^.b. leads back to itself$"):
        BUILT_IN.extended({"a": "b", "b": "a"})


def test_each_synonym_that_is_built_in_leads_to_a_name_at_once() -> None:
    table = BUILT_IN._table
    assert len(table.synonyms) > 500
    assert [name for name, to in table.synonyms.items() if to not in table.families] == []
    assert [name for name, to in table.synonyms.items() if to in table.synonyms] == []


def test_names_are_read_only_where_one_is_looked_up() -> None:
    program = (
        "from spamindex import names\n"
        "names.BUILT_IN.plain(), names.Names.of(names.BUILT_IN), names.visible('x')\n"
        "assert not names._built_in.cache_info().currsize\n"
        "names.BUILT_IN.knows('Linux')\n"
        "assert names._built_in.cache_info().currsize == 1\n"
        "import sys; assert not {'pandas', 'numpy'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


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


@pytest.mark.parametrize(
    ("lines", "one", "other"),
    [
        ({"Windows 10": "Redmond"}, "Windows 10", "Redmond"),
        ({"OS X": "Cupertino"}, "Cupertino", "Mac OS X"),
        ({"Kub": "Ubuntu", "Ubuntu": "Ubuntu"}, "Kub", "Ubuntu"),
        ({"Vista": "PC", "Debian": "PC"}, "Vista", "Debian"),
        ({"Foo 9": "FooOS", "Foo 10": "FooOS"}, "Foo 9", "FooOS"),
    ],
)
def test_two_spellings_of_one_os_are_of_one_family(
    lines: dict[str, str], one: str, other: str
) -> None:
    names = BUILT_IN.extended(lines)
    assert names.family(one) == names.family(other)
    assert names.canonical(names.label(one)) == names.canonical(names.label(other))
