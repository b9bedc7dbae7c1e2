"""Detect the format of a file of records: its first lines in, a Format out.

Tried in this order: Parquet; p0f's logs, as text or JSON; JSON; Zeek's and W3C's logs, by
``#fields``; lists of addresses; mail logs, which are refused; CSV.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from spamindex import sources
from spamindex.errors import ColumnError, FileError
from spamindex.meaning import is_usual, normalize
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
ADDRESS = (  # written so that no long line makes it backtrack
    r"\[?(ipv6:)?([0-9.]{7,15}|[0-9a-f.]*:[0-9a-f:.]+)\]?([:/]\d+)?"
)
COUNTED = r"(\d+)\s+"  # the count that uniq -c writes before an address
COMMENTS = (*TABLE_COMMENTS, ";")
CLIENT, COUNT = "client", "count"  # the columns of a list of addresses, the second of uniq -c
MOST_COLUMNS = 1000
NOT_UTF8 = "is not in UTF-8; if it is in Windows-1252: iconv -f WINDOWS-1252 -t UTF-8"

_MOST_LINES = 1000  # by which a format is detected
_MOST_BYTES = 1 << 20
_ARRAY_START = re.compile(rb'\[\s*([\[{"\]]|$)')
_ROWS_KEY = re.compile(rb'"rows"\s*:\s*\[')
_ADDRESS_LINE = re.compile(rf"\s*({COUNTED})?{ADDRESS}(\s+[#;].*)?".encode(), re.IGNORECASE)
# Compression that DuckDB does not read, and the command that does.
_UNSUPPORTED = {b"BZh": ("bzip2", "bzcat"), b"\xfd7zXZ": ("xz", "xzcat")}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, as it begins with the mark of UTF-16
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_ZERO_BYTES = {"UTF-16LE": 1, "UTF-16BE": 0}  # without a mark: the first byte that is zero in ASCII
_MAIL_LOG = re.compile(
    # syslog of RFC 3164, with or without a priority, or with an ISO time
    r"(<\d+>\d? ?)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) "
    r"\S+ [\w./-]+(\[\d+\])?: "
    # Exim
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?( [+-]\d{4})?( \[\d+\])? "
    r"(\w{6}-\w{6,11}-\w{2,4} |.*\bH=|SMTP |no host name|exim |Start queue|End queue)"
    # Rspamd, qmail
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? #\d+\(\w+\) <|@[0-9a-f]{24} "
)
_DIRECTIVE = re.compile(r"#([A-Za-z_]+)")
_RARE_DELIMITERS = "\x01\x1f^~"  # of Hive, of ASCII, and characters that are rare in text
_RULE = re.compile(r"(?=.*---|.*-[^-]+-)[-=+|,;\s]+")  # a line drawn below headings
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
_NEVER_HEADING = re.compile(  # an address or a time
    rf"{ADDRESS}|\d{{4}}-\d\d-\d\d([T ]\d\d:\d\d.*)?|\d\d?[./]\d\d?[./]\d{{4}}.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Format:
    """The format of a file, and where its records are.

    ``kind`` is a key of ``KINDS``; ``layout`` is for JSON: ``lines``, ``array``, or ``document``
    (objects over several lines, or one object with the records as its ``rows``). ``columns`` are
    for delimited text and for logs with ``#fields``: ``skip`` lines come before the first record,
    and without ``headings`` columns are called 1, 2, 3. ``event_path`` are the keys that lead to an
    event in p0f's JSON; None for p0f's text.
    """

    kind: str
    layout: str = ""
    columns: tuple[str, ...] = ()
    skip: int = 0
    delimiter: str = ","
    headings: bool = True
    missing: tuple[str, ...] = ()  # cells of logs with #fields that hold nothing
    event_path: tuple[str, ...] | None = None

    @property
    def is_document(self) -> bool:
        """Whether a record is something else than a line."""
        return self.layout in ("array", "document")


def detect_format(path: str, name: str) -> Format:
    """The format of a file that messages call ``name``. Raises FileError if it can't be read.

    >>> detect_format("data/p0f.log", "p0f.log")
    Format(kind='p0f', layout='', columns=(), skip=0, delimiter=',', \
headings=True, missing=(), event_path=None)
    """
    try:
        with open(path, "rb") as file:
            magic = file.read(8)
    except IsADirectoryError as error:
        raise FileError(f"{name}: is a directory; name a file in it") from error
    except OSError as error:
        raise FileError(f"{name}: can't be read: {error.strerror}") from error
    if magic.startswith(b"PAR1"):
        return Format("parquet")
    for mark, (compression, command) in _UNSUPPORTED.items():
        if magic.startswith(mark):
            raise FileError(
                f"{name}: is compressed with {compression}; unpack it, or pipe the output of "
                f"{command} to standard input"
            )
    with sources.open_decompressed(path) as unpacked:
        return detect_text_format(name, unpacked.read(_MOST_BYTES))


def detect_text_format(name: str, beginning: bytes) -> Format:
    """The format of a text file by its first bytes. Raises FileError."""
    sources.refuse_documents(name, beginning)
    _refuse_encodings(name, beginning)
    lines = beginning.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)[:_MOST_LINES]
    filled = [line.strip() for line in lines if line.strip()]
    if not filled:
        raise FileError(f"{name}: is empty; records of messages are needed")
    is_whole = len(beginning) < _MOST_BYTES
    if any(map(fingerprints.is_log_line, filled[:100])):
        return Format("p0f")
    layout = _json_layout(filled, is_whole=is_whole)
    for text in [beginning] if layout in ("array", "document") else filled[:2]:
        event_path = fingerprints.find_event(text)
        if event_path is not None:
            return Format("p0f", layout, event_path=event_path)
    if layout:
        return Format("json", layout)
    if not is_whole and len(lines) == 1:
        raise FileError(f"{name}: has a line that is longer than a million characters")
    decoded = [line.decode("utf-8", "replace") for line in lines]
    if log_format := _parse_fields(name, decoded):
        return log_format
    uncommented = (line for line in filled if not line.decode("latin-1").startswith(COMMENTS))
    if address := _ADDRESS_LINE.fullmatch(next(uncommented, b"")):
        return Format("addresses", columns=(COUNT, CLIENT) if address[1] else (CLIENT,))
    first = [line for line in decoded[:100] if line.strip()]
    if 2 * sum(map(bool, map(_MAIL_LOG.match, first))) > len(first):
        raise FileError(f"{name}: looks like a mail log, not a table; docs/mail.md has a recipe")
    return _parse_table_header(name, decoded)


def _refuse_encodings(name: str, beginning: bytes) -> None:
    """Refuse bytes with a zero among them: text in UTF-16 or UTF-32, or no text."""
    if b"\0" not in beginning:
        return
    encodings = [e for mark, e in _BYTE_ORDER_MARKS.items() if beginning.startswith(mark)]
    encodings += [e for e, first in _ZERO_BYTES.items() if not any(beginning[first:1000:2])]
    if encodings and any(beginning):
        wide = encodings[0]
        raise FileError(f"{name}: is text in {wide}; make it UTF-8: iconv -f {wide} -t UTF-8")
    raise FileError(f"{name}: is neither Parquet nor text in UTF-8; iconv makes text UTF-8")


def read_rows(
    path: str, format_: Format, more_lines: Sequence[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """The records of delimited text, each with the number of its last line.

    ``more_lines`` are read after those of the file. Raises csv.Error for a cell that is too long.
    """
    records = itertools.islice(enumerate(sources.binary_lines(path)), format_.skip, None)
    # A byte-order mark is part of a cell, except in the first line.
    decoded = (line.decode("utf-8" if i else "utf-8-sig", "replace") for i, line in records)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if format_.kind == "fields" else csv.QUOTE_MINIMAL
    rows = csv.reader(
        itertools.chain(decoded, more_lines), delimiter=format_.delimiter, quoting=quoting
    )
    for row in rows:
        yield format_.skip + rows.line_num, row


# ---- JSON ----


def _json_layout(filled: Sequence[bytes], *, is_whole: bool) -> str:
    """The layout of JSON, from the lines that are not blank; empty if they are not JSON."""
    first = filled[0]
    if _ARRAY_START.match(first):
        return "array"
    if not first.startswith(b"{"):
        return ""
    record = _parse_object(first)
    if len(filled) > 1:
        if record is not None or (filled[1].startswith(b"{") and not _ROWS_KEY.search(first)):
            return "lines"  # the first of them may be damaged
        return "document"
    if not is_whole:
        return "document"
    return "document" if record is not None and isinstance(record.get("rows"), list) else "lines"


def _parse_object(line: bytes) -> dict[str, Any] | None:
    """A line as a JSON object; None if it is not one, or has half a character, as DuckDB says."""
    try:
        value = json.loads(line)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


# ---- Logs with #fields ----


def _parse_fields(name: str, lines: Sequence[str]) -> Format | None:
    """A log with a heading such as ``#fields`` (Zeek) or ``#Fields:`` (W3C), None without one."""
    header = list(itertools.takewhile(lambda line: line[:1] == "#" or not line.strip(), lines))
    directives = {}
    for line in header:
        if directive := _DIRECTIVE.match(line):
            directives[directive[1].lower()] = line.rstrip("\r\n")
    if "fields" not in directives:
        return None
    body = directives["fields"][len("#fields") :]
    where = f"{name}: #fields"
    if not body.startswith(":"):
        separator = directives.get("separator", "").partition(" ")[2]
        separator = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), separator)
        delimiter = separator or body[:1] or "\t"
        columns = _check_headings(where, body.split(delimiter)[1:])
        missing = {"-", "(empty)"}
        for key in ("unset_field", "empty_field"):
            missing.update(directives.get(key, "").split(delimiter)[1:2])
        return Format(
            "fields", columns=columns, delimiter=delimiter, missing=tuple(sorted(missing))
        )
    names = re.split(r"[,\t ]\s*" if "," not in body else r",\s*", body[1:].strip())
    record = next((line for line in lines[len(header) :] if line.strip()), "").rstrip("\r\n")
    for delimiter, quoted in (("\t", False), (",", True), (" ", False), (" ", True)):
        cells = _split_line(record, delimiter) if quoted else record.split(delimiter)
        if len(cells) == len(names) or not record:
            break
    else:
        heading = directives["fields"][:8]
        raise FileError(f"{name}: the columns of its first record differ from its line {heading}")
    columns = _check_headings(where, names)
    if quoted:
        return Format("csv", columns=columns, skip=len(header), delimiter=delimiter)
    return Format("fields", columns=columns, delimiter=delimiter, missing=("-",))


def _split_line(line: str, delimiter: str) -> list[str]:
    """The cells of a line of CSV; none if one of them is too long."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


# ---- Tables ----


def _parse_table_header(name: str, lines: Sequence[str]) -> Format:
    """A table of delimited text, from its first lines: the header may follow a preamble."""
    preamble = list(itertools.takewhile(_is_preamble, lines))
    body = lines[len(preamble) :]
    if not body:  # every line looks like a comment, so none is
        preamble, body = [], lines
    separators = [line[4:].rstrip("\r\n") for line in preamble if line.lower().startswith("sep=")]
    delimiter = (separators[0][:1] or "\t") if separators else _detect_delimiter(name, body)
    skip = len(preamble)
    where = f"{name}:{skip + 1}"
    rows, header_lines = _first_rows(where, body, delimiter)
    if not _is_header(rows):
        comments = [line for line in preamble if line.strip()]
        last_comment = comments[-1].strip() if comments else ""
        names = _split_line(last_comment.lstrip("#/; "), delimiter)
        if last_comment.startswith("#") and len(names) == len(rows[0]):
            columns = _check_headings(f"{name}:{skip}", names)
            return Format("csv", columns=columns, skip=skip, delimiter=delimiter)
        columns = _check_headings(where, [str(i + 1) for i in range(len(rows[0]))])
        return Format("csv", columns=columns, skip=skip, delimiter=delimiter, headings=False)
    columns = _check_headings(where, rows[0])
    skip += header_lines
    if len(body) > header_lines and _RULE.fullmatch(body[header_lines].strip()):
        skip += 1
    return Format("csv", columns=columns, skip=skip, delimiter=delimiter)


def _is_preamble(line: str) -> bool:
    """Whether a line above the header is blank, a comment, or names the separator."""
    stripped = line.strip()
    return not stripped or stripped.startswith(COMMENTS) or stripped.lower().startswith("sep=")


def _detect_delimiter(name: str, lines: Sequence[str]) -> str:
    """The character between columns; a comma if there is only one column."""
    for rare in _RARE_DELIMITERS:
        if lines[0].count(rare) and len({line.count(rare) for line in lines if line.strip()}) == 1:
            return rare
    with suppress(FileError):
        delimiter = sources.detect_delimiter(name, list(lines))
        if delimiter in lines[0]:  # else it stands in cells below a header of one column
            return delimiter
    return ","


def _first_rows(where: str, lines: Sequence[str], delimiter: str) -> tuple[list[list[str]], int]:
    """The cells of the first rows, and how many lines the first row has."""
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    try:
        rows = [next(reader)]
    except csv.Error as error:
        raise FileError(f"{where}: a heading is longer than 131072 characters") from error
    header_lines = reader.line_num
    with suppress(csv.Error):  # which is refused when records are read
        rows.extend(itertools.islice(reader, 100))
    return rows, header_lines


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows is a header, and not a record.

    A row with an address or a time is a record. One with a number or the name of an OS is a record,
    too, unless it has a usual heading that is no cell of that column, as ``spam`` may be.
    """
    first = [cell.strip() for cell in rows[0]]
    if any(_NEVER_HEADING.fullmatch(cell) for cell in first):
        return False
    if not any(_NUMBER.fullmatch(cell) or BUILT_IN.family(cell) for cell in first if cell):
        return True
    usual = [i for i, cell in enumerate(first) if is_usual(cell) or normalize(cell) in OS_HEADINGS]
    records = [row for row in rows[1:] if list(row) != list(rows[0])]
    for i in usual:
        if any(i < len(row) and row[i].strip() == first[i] for row in records):
            return False
    return bool(usual)


def _check_headings(where: str, row: Sequence[str]) -> tuple[str, ...]:
    """The headings of columns, blank ones numbered. Raises SpamIndexError if two are the same."""
    check_width(where, len(row))
    if not any(map(str.strip, row)):
        raise FileError(f"{where}: names no column")
    if any("\ufffd" in cell for cell in row):
        raise FileError(f"{where}: {NOT_UTF8}")
    headings = [cell.strip() or f"column {i}" for i, cell in enumerate(row, start=1)]
    if len({heading.casefold() for heading in headings}) < len(headings):
        raise ColumnError(
            f"{where}: two columns have the same heading: {', '.join(map(repr, headings))}"
        )
    return tuple(headings)


def check_width(where: str, columns: int) -> None:
    """Refuse more columns than DuckDB can read in reasonable time and memory. Raises FileError."""
    if columns > MOST_COLUMNS:
        raise FileError(f"{where}: has {columns} columns; {MOST_COLUMNS} at most can be read")
