from __future__ import annotations

import io

import pytest

from spamindex.errors import FileError
from spamindex.tables import header as extent
from spamindex.tables import rows as csvfile


def check(text: str) -> None:
    extent.table(*csvfile.read(io.BytesIO(text.encode())))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("os,n\nLinux,5\n.1350\nMac,2\n", [3]),
        ("date,A,B,C\n2010-01,1,2,3\n2010-02,2,3\n2010-03,1,2,3\n", [3]),
        ("os,share,visits\nLinux,5,9\n7,8\nMac,6\nBSD,1,2\n", [3, 4]),
        ("os,share,visitsLinux,0.05,7\nMac,0.9,126\nBSD,0.05,7\n", [2, 3]),
        ("os,country,n\nLinux,US,5\n7\nMac,US,4\n", [3]),
    ],
)
def test_a_row_that_ends_with_a_figure_too_early_is_refused(text: str, lines: list[int]) -> None:
    with pytest.raises(FileError, match="is a cell missing, or the line broken") as caught:
        check(text)
    assert [int(fault.split(":")[1]) for fault in caught.value.faults] == lines


@pytest.mark.parametrize(
    "text",
    [
        "os,n\nLinux,5\nMac\nBSD,2\n",
        "os,n,note\nLinux,5\nMac,6,new\n",
        "os,n,,\nLinux,5\nMac,6\n",
        "date,os,n\n2010-01,Linux,5\n2010-01,Mac\n",
    ],
)
def test_a_row_that_lacks_no_figure_or_all_of_them_is_filled_up(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "row", ["US,53400,44.0,Mac", "53400,44.0,Mac,US", "44.0,Mac,US,53400", "5,US,Mac,44.0"]
)
def test_a_row_in_another_order_than_the_others_is_refused(row: str) -> None:
    others = "".join(f"{os},US,{n},{n}.5\n" for n, os in enumerate(["A", "B", "C", "D"], 10))
    with pytest.raises(FileError, match=r"^<stream>:6: .* are its cells in another order"):
        check(f"os,country,visits,rate\n{others}{row}\n")


@pytest.mark.parametrize(
    "row", ["7,US,53400,44.0", "Mac,US,n/a,44.0", "7,US,53400,n/a", "E,US,?,4"]
)
def test_a_name_that_is_a_number_or_a_figure_that_is_none_is_no_other_order(row: str) -> None:
    others = "".join(f"{os},US,{n},{n}.5\n" for n, os in enumerate(["A", "B", "C", "D"], 10))
    check(f"os,country,visits,rate\n{others}{row}\n")


def test_columns_of_text_and_figures_tell_nothing_of_the_order() -> None:
    check(
        "browser,version,os,n\nA,40.0.1,7,5\nB,8.0,iOS,4\nC,11.0,XP,3\nD,9,Mac,2\nE,1.2.3,BSD,1\n"
    )
