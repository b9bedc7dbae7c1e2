"""The first lines of a file of records in, its format out: CSV, JSON, p0f's log, a mail log.

Told in this order: Parquet; p0f's logs, as text or JSON; Zeek's and W3C's logs, by ``#fields``;
JSON, by its first bracket; lists of addresses; mail logs, which are refused; and tables in CSV.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spamindex import sources
from spamindex.errors import ColumnError, FileError
from spamindex.meaning import is_usual, words
from spamindex.messages import fingerprints
from spamindex.names import BUILT_IN
from spamindex.words import COMMENTS as TABLE_COMMENTS
from spamindex.words import OS_HEADINGS

KINDS = {
    "parquet": "a Parquet file",
    "csv": "a table of delimited text",
    "fields": "a log of Zeek or W3C",
    "json": "JSON",
    "p0f": "a p0f log",
    "addresses": "a list of addresses",
}
ADDRESS = (  # in which a colon can be the first in one way only: lines can be long
    r"\[?(ipv6:)?([0-9.]{7,15}|[0-9a-f.]*:[0-9a-f:.]+)\]?([:/]\d+)?"
)
COUNTED = r"(\d+)\s+"  # before an address: how often uniq -c has seen it
COMMENTS = (*TABLE_COMMENTS, ";")
CLIENT = "client"  # the column of a list of addresses
COUNT = "count"  # and another one, of what uniq -c has made
MOST_COLUMNS = 1000
NOT_UTF8 = "is not in UTF-8; if it is in Windows-1252: iconv -f WINDOWS-1252 -t UTF-8"

_SAMPLE = 1000  # lines that say which columns there are
_BEGINNING = 1 << 20  # bytes that say of what format a file is
_ARRAY = re.compile(rb'\[\s*([\[{"\]]|$)')
_ROWS = re.compile(rb'"rows"\s*:\s*\[')
_ADDRESS_LINE = re.compile(rf"\s*({COUNTED})?{ADDRESS}(\s+[#;].*)?".encode(), re.IGNORECASE)
_NOT_DUCKDBS = {b"BZh": ("bzip2", "bzcat"), b"\xfd7zXZ": ("xz", "xzcat")}
_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark its own begins with
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_HALVES = {"UTF-16LE": 1, "UTF-16BE": 0}  # without a mark: where the bytes that are zero begin
_SYSLOG = re.compile(  # of RFC 3164, with or without a priority, or with an ISO time
    r"(<\d+>\d? ?)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) "
    r"\S+ [\w./-]+(\[\d+\])?: "
)
_EXIM = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?( [+-]\d{4})?( \[\d+\])? "
    r"(\w{6}-\w{6,11}-\w{2,4} |.*\bH=|SMTP |no host name|exim |Start queue|End queue)"
)
_RSPAMD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? #\d+\(\w+\) <")
_QMAIL = re.compile(r"@[0-9a-f]{24} ")
_MAIL_LOGS = (_SYSLOG, _EXIM, _RSPAMD, _QMAIL)
_KEY = re.compile(r"#([A-Za-z_]+)")
_RARE_DELIMITERS = "\x01\x1f^~"  # Hive's, ASCII's own, and what is in no text
_RULE = re.compile(r"(?=.*---|.*-[^-]+-)[-=+|,;\s]+")  # what is drawn below headings
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
_SURELY_NONE = re.compile(  # a heading: an address, or a time
    rf"{ADDRESS}|\d{{4}}-\d\d-\d\d([T ]\d\d:\d\d.*)?|\d\d?[./]\d\d?[./]\d{{4}}.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Format:
    """What a file is, and where in it the records are.

    ``layout`` is of JSON: ``lines``, ``array``, or ``document`` (objects over several lines, or one
    with the records as its ``rows``). ``columns`` are those of delimited text and of logs with
    ``#fields``, of which ``skip`` lines come before the first record; without ``headings`` they are
    called 1, 2, 3. ``within`` are the keys that lead to an event in p0f's JSON; None is its text.
    """

    kind: str
    layout: str = ""
    columns: tuple[str, ...] = ()
    skip: int = 0
    delimiter: str = ","
    headings: bool = True
    missing: tuple[str, ...] = ()  # cells by which Zeek says that it holds nothing
    within: tuple[str, ...] | None = None

    @property
    def is_document(self) -> bool:
        """Whether its records are no lines."""
        return self.layout in ("array", "document")


def recognized(path: str, name: str) -> Format:
    """The format of a file, which messages call ``name``. Raises FileError where it has none.

    >>> recognized("data/p0f.log", "p0f.log")
    Format(kind='p0f', layout='', columns=(), skip=0, delimiter=',', \
headings=True, missing=(), within=None)
    """
    magic = _magic(path, name)
    if magic.startswith(b"PAR1"):
        return Format("parquet")
    for begins, (packer, reader) in _NOT_DUCKDBS.items():
        if magic.startswith(begins):
            raise FileError(
                f"{name}: is compressed by {packer}; unpack it, or read from standard "
                f"input what {reader} writes"
            )
    with sources.open_decompressed(path) as file:
        return of_text(name, file.read(_BEGINNING))


def of_text(name: str, beginning: bytes) -> Format:
    """The format of a text file by its first bytes."""
    sources.refuse_documents(name, beginning)
    _refuse_encodings(name, beginning)
    lines = beginning.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)[:_SAMPLE]
    filled = [line.strip() for line in lines if line.strip()]
    if not filled:
        raise FileError(f"{name}: is empty; records of messages are needed")
    is_whole = len(beginning) < _BEGINNING
    if any(map(fingerprints.is_log, filled[:100])):
        return Format("p0f")
    layout = _json_layout(filled, is_whole=is_whole)
    is_document = layout in ("array", "document")
    for text in [beginning] if is_document else filled[:2]:
        if (within := fingerprints.within(text)) is not None:
            return Format("p0f", layout, within=within)
    if layout:
        return Format("json", layout)
    if not is_whole and len(lines) == 1:
        raise FileError(f"{name}: has a line that is longer than a million characters")
    decoded = [line.decode("utf-8", "replace") for line in lines]
    if with_fields := _with_fields(name, decoded):
        return with_fields
    unmarked = (line for line in filled if not line.decode("latin-1").startswith(COMMENTS))
    if address := _ADDRESS_LINE.fullmatch(next(unmarked, b"")):
        return Format("addresses", columns=(COUNT, CLIENT) if address[1] else (CLIENT,))
    first = [line for line in decoded[:100] if line.strip()]
    if 2 * sum(any(log.match(line) for log in _MAIL_LOGS) for line in first) > len(first):
        raise FileError(f"{name}: looks like a mail log, not a table; docs/mail.md has a recipe")
    return _table(name, decoded)


def _refuse_encodings(name: str, beginning: bytes) -> None:
    if b"\0" not in beginning:
        return
    of_mark = (encoding for mark, encoding in _WIDE.items() if beginning.startswith(mark))
    of_half = (e for e, half in _HALVES.items() if not any(beginning[half:1000:2]))
    if any(beginning) and (wide := next(of_mark, None) or next(of_half, None)):
        raise FileError(f"{name}: is text in {wide}; make it UTF-8: iconv -f {wide} -t UTF-8")
    raise FileError(f"{name}: is neither Parquet nor text in UTF-8, which iconv makes")


def _magic(path: str, name: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(8)
    except IsADirectoryError as error:
        raise FileError(f"{name}: is a directory; name a file in it") from error
    except OSError as error:
        raise FileError(f"{name}: can't be read: {error.strerror}") from error


def rows_of(path: str, format_: Format, end: Sequence[str] = ()) -> Iterator[tuple[int, list[str]]]:
    """The records of delimited text, each with the line that it ends on; ``end`` are more lines.

    Raises csv.Error where a cell is too long.
    """
    below = itertools.islice(enumerate(sources.binary_lines(path)), format_.skip, None)
    # Only before the first line is a byte-order mark no part of a cell.
    decoded = (line.decode("utf-8" if i else "utf-8-sig", "replace") for i, line in below)
    lines = itertools.chain(decoded, end)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if format_.kind == "fields" else csv.QUOTE_MINIMAL
    rows = csv.reader(lines, delimiter=format_.delimiter, quoting=quoting)
    for row in rows:
        yield format_.skip + rows.line_num, row


def is_object(line: bytes) -> bool:
    """Whether a line is a JSON object that DuckDB can read, too.

    >>> is_object(b'{"os": "Linux"}'), is_object(b"[1]"), is_object(b'{"os": "Lin')
    (True, False, False)
    """
    try:
        found = json.loads(line)
        json.dumps(found, ensure_ascii=False).encode()  # half a character is none to DuckDB
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)


# ---- JSON ----


def _json_layout(filled: Sequence[bytes], *, is_whole: bool) -> str:
    """How JSON lies in a file; empty where it is none."""
    first = filled[0]
    if _ARRAY.match(first):
        return "array"
    if not first.startswith(b"{"):
        return ""
    if len(filled) == 1 and not (is_whole and is_object(first)):
        return "lines" if is_whole else "document"
    if not is_object(first):  # a document over several lines, or lines with a damaged one
        return "lines" if filled[1].startswith(b"{") and not _ROWS.search(first) else "document"
    is_alone = len(filled) == 1 and isinstance(json.loads(first).get("rows"), list)
    return "document" if is_alone else "lines"


# ---- Logs that say what their fields are ----


def _with_fields(name: str, text: Sequence[str]) -> Format | None:
    """A log with a heading such as ``#fields`` (Zeek) or ``#Fields:`` (W3C), None for no such."""
    comments = list(itertools.takewhile(lambda line: line[:1] == "#" or not line.strip(), text))
    said = {key[1].lower(): line for line in comments if (key := _KEY.match(line))}
    if (line := said.get("fields")) is None:
        return None
    body = line.rstrip("\r\n")[len("#fields") :]
    if not body.startswith(":"):
        separator = said.get("separator", "").rstrip("\r\n").partition(" ")[2]
        separator = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), separator)
        delimiter = separator or body[:1] or "\t"
        columns = body.split(delimiter)[1:]
        missing = {
            row[1]
            for key in ("unset_field", "empty_field")
            if len(row := said.get(key, "").rstrip("\r\n").split(delimiter)) > 1
        }
        missing |= {"-", "(empty)"}
        found = Format("fields", delimiter=delimiter, missing=tuple(sorted(missing)))
        return replace(found, columns=_checked(f"{name}: #fields", columns))
    columns = re.split(r"[,\t ]\s*" if "," not in body else r",\s*", body[1:].strip())
    record = next((line for line in text[len(comments) :] if line.strip()), "").rstrip("\r\n")
    for delimiter, quoted in (("\t", False), (",", True), (" ", False), (" ", True)):
        if len(_cells(record, delimiter, quoted=quoted)) == len(columns) or not record:
            break
    else:
        raise FileError(f"{name}: its first record has other columns than its line {line[:8]} says")
    found = Format("fields", delimiter=delimiter, missing=("-",))
    if quoted:
        found = Format("csv", delimiter=delimiter, skip=len(comments))
    return replace(found, columns=_checked(f"{name}: #fields", columns))


def _cells(line: str, delimiter: str, *, quoted: bool = True) -> list[str]:
    if not quoted:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # longer than csv's limit
        return []


# ---- Tables ----


def _table(name: str, text: Sequence[str]) -> Format:
    """A table of delimited text, whose headings may stand below comments and blank lines."""
    above = list(itertools.takewhile(_is_above, text))
    said = next((line[4:].rstrip("\r\n") for line in above if line.lower().startswith("sep=")), "")
    below = text[len(above) :]
    if not below:  # nothing but what looks like comments: then they are none
        above, below = [], list(text)
    delimiter = said[:1] or ("\t" if said else _delimiter(name, below))
    rows, lines = _first_rows(f"{name}:{len(above) + 1}", below, delimiter)
    row = rows[0]
    comment = next((line for line in reversed(above) if line.strip()), "")
    comment_row = _cells(comment.strip().lstrip("#/; "), delimiter)
    if not _is_heading(rows):
        if comment.lstrip().startswith("#") and len(comment_row) == len(row):
            columns = _checked(f"{name}:{len(above)}", comment_row)
            return Format("csv", columns=columns, skip=len(above), delimiter=delimiter)
        columns = _checked(f"{name}:{len(above) + 1}", [str(i + 1) for i in range(len(row))])
        return Format("csv", columns=columns, skip=len(above), delimiter=delimiter, headings=False)
    columns = _checked(f"{name}:{len(above) + 1}", row)
    is_ruled = len(below) > lines and _RULE.fullmatch(below[lines].strip())
    skip = len(above) + lines + bool(is_ruled)
    return Format("csv", columns=columns, skip=skip, delimiter=delimiter)


def _is_above(line: str) -> bool:
    begins = line.strip()
    return not begins or begins.startswith(COMMENTS) or begins.lower().startswith("sep=")


def _delimiter(name: str, lines: Sequence[str]) -> str:
    """What separates the columns; a comma, where there is only one."""
    for rare in _RARE_DELIMITERS:
        if lines[0].count(rare) and len({line.count(rare) for line in lines if line.strip()}) == 1:
            return rare
    try:
        found = sources.detect_delimiter(name, list(lines))
    except FileError:
        return ","
    return found if found in lines[0] else ","  # what is only in the cells below separates none


def _first_rows(where: str, lines: Sequence[str], delimiter: str) -> tuple[list[list[str]], int]:
    """The cells of the first rows, and over how many lines the first one goes."""
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    try:
        first, over = next(reader), reader.line_num
    except csv.Error as error:
        raise FileError(f"{where}: a heading is longer than 131072 characters") from error
    rows = [first]
    with contextlib.suppress(csv.Error):  # what is wrong with a record is said when it is read
        rows.extend(itertools.islice(reader, 100))
    return rows, over


def _is_heading(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows is one of headings, and no record: by its cells.

    An address or a time is never a heading. A number or the name of an OS seldom is: only beside a
    usual heading that does not come again below it, as ``spam`` does where it is a verdict.
    """
    first = [cell.strip() for cell in rows[0]]
    if any(_SURELY_NONE.fullmatch(cell) for cell in first):
        return False
    if not any(_NUMBER.fullmatch(cell) or BUILT_IN.family(cell) for cell in first if cell):
        return True
    usual = [i for i, cell in enumerate(first) if is_usual(cell) or words(cell) in OS_HEADINGS]
    others = [row for row in rows[1:] if list(row) != list(rows[0])]
    return bool(usual) and not any(
        i < len(row) and row[i].strip() == first[i] for row in others for i in usual
    )


def _checked(where: str, row: Sequence[str]) -> tuple[str, ...]:
    """A heading with a name of its own for each column. Raises a SpamIndexError."""
    check_width(where, len(row))
    if not any(map(str.strip, row)):
        raise FileError(f"{where}: names no column")
    if any("\ufffd" in cell for cell in row):
        raise FileError(f"{where}: {NOT_UTF8}")
    heading = [cell.strip() or f"column {i}" for i, cell in enumerate(row, start=1)]
    if len({cell.casefold() for cell in heading}) < len(heading):
        raise ColumnError(
            f"{where}: is no heading with a name of its own for each column: "
            f"{', '.join(map(repr, heading))}"
        )
    return tuple(heading)


def check_width(where: str, columns: int) -> None:
    """Refuse so many columns that DuckDB would need minutes and gigabytes for a single record.

    Raises FileError.
    """
    if columns > MOST_COLUMNS:
        raise FileError(f"{where}: has {columns} columns; {MOST_COLUMNS} at most can be read")
