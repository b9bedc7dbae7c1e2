"""Tables with a known ranking, as a sheet that can be damaged and then written as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Literal

Line = list[str] | str  # the cells of a row, or a line as it will stand in the file


@dataclass(frozen=True)
class Sheet:
    """The lines of a table, headings first, and how they will be written.

    ``name`` is the column of the systems, None where they are headings; ``values`` are the columns
    of the figures that are ranked. ``spelled`` leads from names as they are spelled by now to
    what they were.
    """

    lines: list[Line]
    name: int | None
    values: tuple[int, ...]
    unit: Literal["percent", "fraction", "count"] = "percent"
    headed: bool = True
    delimiter: str = ","
    quoted: Literal["where needed", "text", "all"] = "where needed"
    ends: tuple[str, ...] = ("\n",)  # of the lines, in turn
    ended: bool = True
    encoding: str = "utf-8"
    mark: str = ""
    marks: tuple[int, ...] = ()  # lines with a byte-order mark of their own
    spelled: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[int]:
        """The lines that are rows under the headings."""
        rows = [i for i, line in enumerate(self.lines) if isinstance(line, list)]
        return rows[1:] if self.headed else rows

    @property
    def headings(self) -> int:
        """The line of the headings, which there must be."""
        return next(i for i, line in enumerate(self.lines) if isinstance(line, list))

    def cell(self, row: int, column: int) -> str:
        """A cell of a line that is a row; blank beyond its end."""
        line = self.lines[row]
        assert isinstance(line, list)
        return line[column] if column < len(line) else ""

    def written(self) -> bytes:
        """The file."""
        quoting: Literal[0, 1, 2] = csv.QUOTE_ALL if self.quoted == "all" else csv.QUOTE_MINIMAL
        pieces = []
        for i, line in enumerate(self.lines):
            if isinstance(line, list):
                text = io.StringIO()
                kept = [
                    f'"{cell}"' if self.quoted == "text" and cell[:1].isalpha() else cell
                    for cell in line
                ]
                if self.quoted == "text":
                    text.write(self.delimiter.join(map(self._needed, kept)))
                else:
                    csv.writer(
                        text, delimiter=self.delimiter, quoting=quoting, lineterminator=""
                    ).writerow(line)
                line = text.getvalue()
            pieces += ["\ufeff" * (i in self.marks), line, self.ends[i % len(self.ends)]]
        if not self.ended:
            pieces.pop()
        return (self.mark + "".join(pieces)).encode(self.encoding)

    def _needed(self, cell: str) -> str:
        return f'"{cell}"' if self.delimiter in cell and not cell.startswith('"') else cell


def with_cell(line: Line, column: int, text: str) -> Line:
    """A row with another text in one of its cells."""
    return [text if i == column else cell for i, cell in enumerate(line)]


@dataclass(frozen=True)
class Original:
    """A table whose ranking is known, and the other one with which it makes it.

    ``known`` has the spam share, the market share and the spam index of each system. Where
    another column of the table can be ranked as well, ``beside`` is its heading and what it gives.
    """

    name: str
    role: Literal["spam", "market"]
    sheet: Sheet
    other: str
    known: dict[str, tuple[float, float, float]]
    options: tuple[str, ...] = ()
    beside: tuple[str, dict[str, tuple[float, float, float]]] | None = None


def _sheet(text: str, name: int | None, *values: int, unit: str = "percent") -> Sheet:
    lines: list[Line] = list(csv.reader(io.StringIO(text)))
    found = Sheet(lines, name, values, unit)  # type: ignore[arg-type]
    systems = lines[0][1:] if name is None else [found.cell(row, name) for row in found.rows]
    return Sheet(lines, name, values, unit, spelled={os: os for os in systems})  # type: ignore[arg-type]


_SPAM = "os,spam_share\nWindows,80\nMac OS X,4\nLinux,10\nFreeBSD,5\nOther,1\n"

ORIGINALS = (
    Original(
        "percents",
        "market",
        _sheet(
            "os,market_share\nWindows,91.58\nLinux,1.03\nMac OS X,5.34\nFreeBSD,0.20\nOther,1.85\n",
            0, 1,
        ),
        _SPAM,
        {
            "FreeBSD": (5.0, 0.2, 25.0),
            "Linux": (10.0, 1.03, 9.70873786407767),
            "Windows": (80.0, 91.58, 0.8735531775496833),
            "Mac OS X": (4.0, 5.34, 0.7490636704119851),
            "Other": (1.0, 1.85, 0.5405405405405405),
        },
    ),
    Original(
        "counts with more columns",
        "market",
        _sheet(
            "Operating System,Country,Sessions,Bounce Rate\n"
            "Windows,US,915800,41.2\nLinux,US,10300,38.5\nMac OS X,US,53400,44.0\n"
            "FreeBSD,US,2000,30.9\nOther,US,18500,51.7\n",
            0, 2, unit="count",
        ),
        _SPAM,
        {
            "FreeBSD": (5.0, 0.2, 25.0),
            "Linux": (10.0, 1.03, 9.70873786407767),
            "Windows": (80.0, 91.58, 0.8735531775496833),
            "Mac OS X": (4.0, 5.34, 0.7490636704119851),
            "Other": (1.0, 1.85, 0.5405405405405405),
        },
    ),
    Original(
        "headings in several words",
        "spam",
        _sheet(
            "Operating system seen,Share of all spam\n"
            "Windows 7,64.5\nSystème Café,20.25\nLinux (Ubuntu),10\nÑandú OS,4\nOther,1.25\n",
            0, 1,
        ),
        "os,share\nWindows 7,50\nSystème Café,25\nLinux (Ubuntu),5\nÑandú OS,16\nOther,4\n",
        {
            "Linux (Ubuntu)": (10.0, 5.0, 2.0),
            "Windows 7": (64.5, 50.0, 1.29),
            "Système Café": (20.25, 25.0, 0.81),
            "Other": (1.25, 4.0, 0.3125),
            "Ñandú OS": (4.0, 16.0, 0.25),
        },
    ),
    Original(
        "many decimals",
        "spam",
        _sheet(
            "OS,Spam share\n"
            "Windows,92.6475\nLinux,5.1350\nOther,2.2160\nmacOS,0.0015\nHaiku,0\n",
            0, 1,
        ),
        "OS,Market share\nWindows,80\nLinux,2\nOther,8\nmacOS,7.5\nHaiku,2.5\n",
        {
            "Linux": (5.135, 2.0, 2.5675),
            "Windows": (92.6475, 80.0, 1.15809375),
            "Other": (2.216, 8.0, 0.277),
            "macOS": (0.0015, 7.5, 0.0002),
            "Haiku": (0.0, 2.5, 0.0),
        },
    ),
    Original(
        "shares beside counts",
        "spam",
        _sheet(
            "OS,Spam %,Messages\nWindows,70.4,3521\nLinux,22.2,1109\nmacOS,6.0,299\nOther,1.4,71\n",
            0, 1,
        ),
        "os,share\nWindows,88\nLinux,3\nmacOS,7\nOther,2\n",
        {
            "Linux": (22.2, 3.0, 7.3999999999999995),
            "macOS": (6.0, 7.0, 0.8571428571428571),
            "Windows": (70.4, 88.0, 0.8),
            "Other": (1.4, 2.0, 0.7),
        },
        beside=(
            "Messages",
            {
                "Linux": (22.18, 3.0, 7.3933333333333335),
                "macOS": (5.98, 7.0, 0.8542857142857143),
                "Windows": (70.42, 88.0, 0.8002272727272728),
                "Other": (1.42, 2.0, 0.71),
            },
        ),
    ),
    Original(
        "a row for each month and system",
        "market",
        _sheet(
            "Month,OS,Market share\n"
            "2010-02,Windows,92.5\n2010-02,OS X,5.4\n2010-02,Linux,1.1\n2010-02,Other,1.0\n"
            "2010-03,Windows,92.0\n2010-03,OS X,5.5\n2010-03,Linux,1.25\n2010-03,Other,1.25\n"
            "2010-04,Windows,91.5\n2010-04,OS X,5.6\n2010-04,Linux,1.3\n2010-04,Other,1.6\n",
            1, 2,
        ),
        "os,spam\nWindows,92\nLinux,5\nOther,2\nOS X,1\n",
        {
            "Linux": (5.0, 1.25, 4.0),
            "Other": (2.0, 1.25, 1.6),
            "Windows": (92.0, 92.0, 1.0),
            "OS X": (1.0, 5.5, 0.18181818181818182),
        },
        ("--period", "2010-03"),
    ),
    Original(
        "a column for each system",
        "market",
        _sheet(
            "Date,Windows,OS X,Linux,Playstation,Other\n"
            "2010-02,92.5,5.4,0.9,0.2,1.0\n2010-03,92.0,5.5,1.25,0.25,1.00\n"
            "2010-04,91.5,5.6,1.3,0.4,1.2\n",
            None, 1, 2, 3, 4, 5,
        ),
        "os,spam\nWindows,92\nLinux,5\nOther,1.5\nOS X,1\nPlaystation,0.5\n",
        {
            "Linux": (5.0, 1.25, 4.0),
            "Playstation": (0.5, 0.25, 2.0),
            "Other": (1.5, 1.0, 1.5),
            "Windows": (92.0, 92.0, 1.0),
            "OS X": (1.0, 5.5, 0.18181818181818182),
        },
        ("--period", "2010-03"),
    ),
)  # fmt: skip
