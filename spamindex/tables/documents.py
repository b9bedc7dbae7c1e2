"""Parse what is not delimited text into rows of cells: JSON, Markdown, ruled text, workbooks."""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, TypeAlias

from spamindex.errors import Doubt, FileError, Findings, Remedy, install, listed
from spamindex.sources import Text

Lines: TypeAlias = list[tuple[int, list[str]]]  # the number of each line, and its cells

_MARKDOWN_RULE = re.compile(r"\s*\|?(\s*:?-+:?\s*[|+])+(\s*:?-+:?\s*\|?)?\s*")  # + is Org mode's
_MARKDOWN_CELL = re.compile(r"((?:\\.|[^|])*)(?:\||$)")
_MARKDOWN_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_MARKDOWN_EMPHASIS = re.compile(r"(\*\*|__|\*|_|`)([^*_`\\](?:.*[^*_`\\])?)\1")
_DASHES = re.compile(r"\s*(-{2,}|={2,})( {2,}(-{2,}|={2,}))+\s*")
_SAMPLE_LINES = 50  # a Markdown or ruled table begins within these
_MOST_UNPACKED = 1 << 30
_MAX_CELLS = 20_000_000


def is_json(text: Text) -> bool:
    """Whether a text begins like a JSON array or object."""
    return re.match(rb"(\xef\xbb\xbf)?\s*[\[{]\s*([{\[\"\]}]|$)", text.data) is not None


def json_rows(text: Text) -> tuple[str, Lines]:
    """Parse a JSON array of objects, or JSON lines, into rows of cells; the first has the keys.

    Numbers keep their spelling. A nested object becomes columns named ``outer.inner``. If an object
    holds exactly one array of objects, that array is the table. Also returns what messages write
    between the name of the file and the number of a row. Raises FileError.
    """
    decoded = io.TextIOWrapper(io.BytesIO(text.data), encoding=text.encoding).read()
    records: dict[int, Any] = {}
    try:
        document = _parse_json(decoded, text.name)
    except FileError:
        place = ":"
        for number, line in enumerate(decoded.split("\n"), start=1):  # keys may hold other breaks
            if line.strip():
                records[number] = _parse_json(line, f"{text.name}:{number}")
    else:
        place = ": row "
        records.update(enumerate(_find_records(document, text.findings), start=1))
    headings: dict[str, None] = {}
    rows: dict[int, dict[str, str]] = {}
    for number, record in records.items():
        if not isinstance(record, dict):
            raise FileError(f"{text.name}{place}{number}: is not a JSON object with keys")
        rows[number] = dict(_flatten(record, f"{text.name}{place}{number}"))
        headings.update(dict.fromkeys(rows[number]))
    lines = [(number, [row.get(key, "") for key in headings]) for number, row in rows.items()]
    return place, [(0, list(headings)), *lines]


def _parse_json(source: str, place: str) -> Any:
    """Parse JSON, keeping its numbers as text. Raises FileError."""
    try:
        return json.loads(
            source, object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str
        )
    except RecursionError as error:
        raise FileError(f"{place}: is not JSON: it is nested too deeply") from error
    except ValueError as error:
        raise FileError(f"{place}: is not JSON: {getattr(error, 'msg', error)}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of a JSON object. Raises ValueError for repeated keys and lone surrogates."""
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"an object repeats a key: {', '.join(map(repr, keys))}")
    characters = "".join([*keys, *(value for _, value in pairs if isinstance(value, str))])
    try:
        characters.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{characters[error.start]!r} is half of a character") from error
    return dict(pairs)


def _find_records(document: Any, findings: Findings) -> list[Any]:
    if isinstance(document, list):
        return document
    arrays = {
        key: value
        for key, value in document.items()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    }
    if len(arrays) != 1:
        return [document]
    ((key, records),) = arrays.items()
    ignored = [repr(other) for other in document if other != key]
    beside = f", without {', '.join(ignored)}" if ignored else ""
    findings.notes.append(f"the rows under {key!r}{beside}")
    return records


def _flatten(record: dict[str, Any], place: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flatten(value, place, f"{prefix}{key}.")
        elif isinstance(value, list):
            raise FileError(f"{place}: {prefix + key!r} is a list; a cell holds one value")
        else:
            yield prefix + key, "" if value is None else str(value)


def markdown_rows(text: Text) -> Lines:
    """Parse the first Markdown table of a text into rows of cells; none without such a table."""
    rows: Lines = []
    previous, has_ended = "", False
    for number, line in enumerate(text.lines(), start=1):
        is_below_headings = "|" in previous and _MARKDOWN_RULE.fullmatch(line)
        if not rows:
            if is_below_headings:
                rows.append((number - 1, _markdown_cells(previous)))
            elif number > _SAMPLE_LINES:
                break
        elif "|" in line and not has_ended:
            rows.append((number, _markdown_cells(line)))
        elif has_ended and is_below_headings:
            text.findings.notes.append(f"left out: another table below, on line {number - 1}")
            break
        else:
            has_ended = True
        previous = line
    return rows


def _markdown_cells(line: str) -> list[str]:
    """The cells of a line of Markdown, without escapes, and without emphasis of a whole cell."""
    cells = []
    for raw in _MARKDOWN_CELL.findall(line.strip().removeprefix("|"))[:-1]:  # the last is empty
        cell = raw.strip()
        emphasis = _MARKDOWN_EMPHASIS.fullmatch(cell)
        plain = emphasis[2] if emphasis else cell
        cells.append(html.unescape(_MARKDOWN_ESCAPE.sub(r"\1", plain)))
    return cells


def ruled_rows(text: Text) -> Lines:
    """Parse a table whose columns a line of dashes marks, as in ``simple`` and ``rst``, into rows.

    No rows without such a line, or if a cell reaches into a gap between the dashes.
    """
    sample = itertools.islice(text.lines(), _SAMPLE_LINES)
    for number, (above, rule) in enumerate(itertools.pairwise(sample), start=1):
        if _DASHES.fullmatch(rule) and above.strip() and not _DASHES.fullmatch(above):
            return _cut_at_gaps(text, number, rule)
    return []


def _cut_at_gaps(text: Text, heading_line: int, rule: str) -> Lines:
    spans = [match.span() for match in re.finditer(r"\S+", rule)]
    gaps = [(end, start) for (_, end), (start, _) in itertools.pairwise(spans)]
    starts = [0, *(start for _, start in gaps)]
    rows = []
    for number, line in enumerate(text.lines(), start=1):
        if number < heading_line or not line.strip() or _DASHES.fullmatch(line):
            continue
        if any(line[end:start].strip() for end, start in gaps):
            return []
        bounds = zip(starts, [*starts[1:], None], strict=True)
        rows.append((number, [line[start:end].strip() for start, end in bounds]))
    return rows


def workbook_rows(name: str, data: bytes, sheet: str | None, findings: Findings) -> Lines:
    """Parse one sheet of a workbook (.xlsx, .xls, .ods) into rows of cells.

    ``sheet`` is a name or a number from 1; by default the first visible one is read. Numbers come
    as they are stored, not as they are displayed: 0.05 where the sheet shows 5 %. Raises FileError,
    also if python-calamine is not installed.
    """
    if data.startswith(b"PK"):
        _check_archive(name, data)
    try:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum
    except ImportError as error:
        raise FileError(
            f"{name}: is a workbook, and reading one needs python-calamine: {install('excel')}"
        ) from error
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        chosen = _choose_sheet(name, book.sheet_names, visible, sheet)
        content = book.get_sheet_by_name(chosen)
        if content.total_height * content.total_width > _MAX_CELLS:
            raise FileError(f"{name}: sheet {chosen!r} has more than {_MAX_CELLS} cells")
        rows = content.to_python(skip_empty_area=False)
    except FileError:
        raise
    except Exception as error:  # the library is Rust: it has its own errors, and may panic
        raise FileError(f"{name}: the workbook is damaged: {error}") from error
    others = [other for other in visible if other != chosen and _has_cells(book, other)]
    if sheet is None and others:
        settles = (Remedy("sheet", chosen, "says so"), Remedy("sheet", others[0], "reads another"))
        doubt = f"sheet {chosen!r} is read, the first of {len(visible)}"
        findings.doubts.append(Doubt(doubt, settles))
    return [(number, [_cell_text(cell) for cell in row]) for number, row in enumerate(rows, 1)]


def _check_archive(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except Exception as error:  # zipfile raises more than BadZipFile for damaged headers
        raise FileError(f"{name}: is a zip archive, damaged or cut off: {error}") from error
    filenames = {member.filename for member in members}
    if filenames.isdisjoint({"xl/workbook.xml", "xl/workbook.bin", "content.xml"}):
        raise FileError(f"{name}: is a zip archive but not a workbook; unpack it first")
    if sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise FileError(f"{name}: the workbook unpacks to more than 1 GiB")


def _choose_sheet(name: str, sheets: list[str], visible: list[str], wanted: str | None) -> str:
    if wanted is None and sheets:
        return (visible or sheets)[0]
    if wanted is None:
        raise FileError(f"{name}: the workbook has no sheets")
    if wanted in sheets:
        return wanted
    if wanted.isdecimal() and 0 < int(wanted[:9]) <= len(sheets):
        return sheets[int(wanted) - 1]
    raise FileError(f"{name}: has no sheet {wanted!r}; there are {listed(list(map(repr, sheets)))}")


def _has_cells(book: Any, sheet: str) -> bool:
    try:
        return bool(book.get_sheet_by_name(sheet).total_height)
    except Exception:  # a sheet that is a chart, or damaged
        return False


def _cell_text(cell: object) -> str:
    """A cell of a workbook as CSV would have it."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return str(cell.date())
    return str(cell)
