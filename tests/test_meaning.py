"""How headings, row names and cells are classified by the words of words.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spamindex import meaning

SAID: dict[Callable[[str], object], dict[str, object]] = {
    meaning.names_os: {"Operating_System": True, "agent.platform": True, "Chrome OS": False},
    meaning.is_period: {"Month": True, "Year.1": True, "Monthly users": False},
    meaning.span_of: {"Quartal": "quarter", "Period": None},
    meaning.speaks_of_span: {"ISO week": "week", "Tax year": "year", "Month": None},
    meaning.unnumbered: {"Year.1": "year", "OS/2": "os 2"},
    meaning.says_other: {
        "Market share last month": True,
        "Bounce Rate": True,
        "user_id Count": False,
        "ham_count": True,
        "count last month": True,
        "not spam": True,
        "Spamfrei %": True,
        "Spamanteil": False,
    },
    meaning.flags_spam: {"is_spam": True, "spam share": False},
    meaning.says_shares: {"Market share": True, "Marktanteil": True, "spam": False},
    meaning.measure: {
        "Unique visitors": 3,
        "nb_visits": 1,
        "spam_share": None,
        "Visits per day": 1,
        "Actions per visit": None,
    },
    meaning.says_rate: {"Visits per day": True, "Visits": False},
    meaning.is_note: {"Remarks": True, "Share": False},
    meaning.says_measure: {"Unique users": True, "Total": True, "Linux": False},
    meaning.called_total: {
        "Grand total:": True,
        "Windows Total": True,
        "Linux": False,
        "All devices": True,
        "Any": True,
        "Any Linux": False,
        "Windows (all versions)": True,
        "All4": False,
        "Linux (all)": True,
        "Linux (any)": True,
    },
    meaning.called_group: {"European Union": True, "France": False},
    meaning.called_footer: {
        "Last updated:": True,
        "Generated on 2010-03-01": True,
        "Linux": False,
        "Source Mage": False,
        "Export date": True,
    },
    meaning.counts_rows: {"(3 rows)": True, "2 rows in set (0.00 sec)": True, "Rows": False},
    meaning.called_part: {"davon Windows 10": True, "Windows 10": False},
    meaning.is_missing: {"NULL": True, "0": False},
    meaning.is_blank: {"--": True, "(empty)": True, "NA": False},
    meaning.counts_or_shares: {
        "count_star()": True,
        "market_share": True,
        "Freq": True,
        "message_size": False,
        "rcpt_count": False,
        "n": True,
    },
    meaning.says_os: {"host.os.name": True, "mailer": False, "name": None},
    meaning.is_usual: {"Client_IP": True, "verdict": False},
}


@pytest.mark.parametrize(
    ("ask", "text", "said"), [(ask, *case) for ask, cases in SAID.items() for case in cases.items()]
)
def test_what_a_text_is_classified_as(
    ask: Callable[[str], object], text: str, said: object
) -> None:
    assert ask(text) == said


def test_a_heading_is_found_whatever_its_case_and_punctuation_if_none_is_equal() -> None:
    assert meaning.find_columns(["OS", "Client_IP"], "client ip") == [1]
    assert meaning.find_columns(["os", "OS"], "os") == [0]
    assert meaning.find_columns(["Os", "OS"], "os") == [0, 1]


def test_usual_headings_are_those_of_the_first_line_that_has_any() -> None:
    assert meaning.usual_headings(["Date", "OS_fp", "os"], "os") == ["OS_fp", "os"]
    assert meaning.usual_headings(["time", "unix_time"], "time") == ["unix_time"]
    assert meaning.usual_headings(["verdict"], "spam") == []
