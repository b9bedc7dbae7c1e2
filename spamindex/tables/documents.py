"""Lines of cells from what is no delimited text: JSON, Markdown, ruled text, workbooks."""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, TypeAlias

from spamindex.errors import Doubt, FileError, Findings, Remedy, install
from spamindex.sources import Text

Lines: TypeAlias = list[tuple[int, list[str]]]

_RULE = re.compile(r"\s*\|?(\s*:?-+:?\s*[|+])+(\s*:?-+:?\s*\|?)?\s*")  # + is Org mode's
_RULED = re.compile(r"\s*(-{2,}|={2,})( {2,}(-{2,}|={2,}))+\s*")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_EMPHASIS = re.compile(r"(\*\*|__|\*|_|`)([^*_`\\](?:.*[^*_`\\])?)\1")
_CELL = re.compile(r"(?:[^|\\]|\\.)*")
_SAMPLE = 50  # lines in which a Markdown table begins
_MOST_UNPACKED = 1 << 30
_MAX_CELLS = 20_000_000


def is_json(text: Text) -> bool:
    """Whether a text begins as JSON does: an array, or an object."""
    return re.match(rb"(\xef\xbb\xbf)?\s*[\[{]\s*([{\[\"\]}]|$)", text.data) is not None


def json_rows(text: Text) -> tuple[str, Lines]:
    """The rows of a JSON array of objects, or of JSON lines, below the names that they have.

    Figures stay as they are written. An inner object gives a column for each of its names, as
    ``outer.inner``. An object that holds one array of objects, beside other things, is taken for
    it. Returns what stands before the number of a row in messages, too. Raises FileError.
    """
    written = io.TextIOWrapper(io.BytesIO(text.data), encoding=text.encoding).read()
    try:
        found = [_parsed(written, text.name)]
        place = ": row "
    except FileError:
        lines = enumerate(written.split("\n"), start=1)  # in a name there may be other line ends
        found, numbers = [], []
        for number, line in lines:
            if line.strip():
                found.append(_parsed(line, f"{text.name}:{number}"))
                numbers.append(number)
        place = ":"
    else:
        found = _rows_in(found[0], text)
        numbers = list(range(1, len(found) + 1))
    names: dict[str, int] = {}
    rows: list[dict[str, str]] = []
    for number, row in zip(numbers, found, strict=True):
        if not isinstance(row, dict):
            raise FileError(f"{text.name}{place}{number}: is no JSON object with names")
        rows.append(dict(_flat(row, f"{text.name}{place}{number}")))
        for name in rows[-1]:
            names.setdefault(name, len(names))
    cells = [[row.get(name, "") for name in names] for row in rows]
    return place, [(0, list(names)), *zip(numbers, cells, strict=True)]


def _rows_in(found: Any, text: Text) -> list[Any]:
    if isinstance(found, dict):
        arrays = {
            name: value
            for name, value in found.items()
            if isinstance(value, list) and value and all(isinstance(row, dict) for row in value)
        }
        if len(arrays) == 1:
            (name, rows), *_ = arrays.items()
            beside = [other for other in found if other != name]
            text.findings.notes.append(
                f"the rows under {name!r}"
                + (f", and nothing of {', '.join(map(repr, beside))}" if beside else "")
            )
            return list(rows)
        return [found]
    return list(found)  # JSON that is read here begins with [ or {


def _flat(row: dict[str, Any], where: str, above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, where, f"{above}{name}.")
        elif isinstance(value, list):
            raise FileError(f"{where}: {above + name!r} is a list, which is no cell of a table")
        else:
            yield above + name, "" if value is None else str(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which no name stands twice (which would be meant?) and all is text."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a name stands twice in {', '.join(map(repr, names))}")
    written = "".join([*names, *(value for _, value in pairs if isinstance(value, str))])
    try:
        written.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{written[error.start]!r} is half of a character") from error
    return dict(pairs)


def _parsed(written: str, place: str) -> Any:
    """JSON whose numbers are the text that they are written in. Raises FileError."""
    try:
        return json.loads(
            written, object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        reason = "it is nested too deeply" if deep else getattr(error, "msg", str(error))
        raise FileError(f"{place}: is not JSON: {reason}") from error


def markdown_rows(text: Text) -> Lines:
    """The rows of the first Markdown table in a text; none where there is none."""
    lines: Lines = []
    above: tuple[int, str] | None = None
    below = ""  # the last line after the table
    for number, line in enumerate(text.lines(), start=1):
        if not lines:
            if above and "|" in above[1] and _RULE.fullmatch(line):
                lines.append((above[0], _cells(above[1])))
            elif number > _SAMPLE:
                return []
            above = (number, line)
        elif "|" in line and not below:
            lines.append((number, _cells(line)))
        elif "|" in below and _RULE.fullmatch(line):
            text.findings.notes.append(f"left out: another table below, on line {number - 1}")
            break
        else:
            below = line or " "
    return lines


def ruled_rows(text: Text) -> Lines:
    """The rows of a table whose columns a line of dashes shows, as ``simple`` and ``rst`` have it.

    None where there is no such line, or a cell reaches beyond its dashes.
    """
    pairs = itertools.pairwise(itertools.islice(text.lines(), _SAMPLE))
    # The headings stand above the first rule that is not the upper one of two.
    rules = (
        (i, rule)
        for i, (above, rule) in enumerate(pairs, 1)
        if _RULED.fullmatch(rule) and above.strip() and not _RULED.fullmatch(above)
    )
    first, drawn = next(rules, (0, ""))
    if not first:
        return []
    spans = [match.span() for match in re.finditer(r"\S+", drawn)]
    starts, ends = [0, *(start for start, _ in spans[1:])], [end for _, end in spans]
    rows = []
    for number, line in enumerate(text.lines(), start=1):
        if number >= first and line.strip() and not _RULED.fullmatch(line):
            if any(line[end:start].strip() for end, start in zip(ends, starts[1:], strict=False)):
                return []
            cuts = zip(starts, [*starts[1:], None], strict=True)
            rows.append((number, [line[start:end].strip() for start, end in cuts]))
    return rows


def _cells(line: str) -> list[str]:
    """The cells of a line of Markdown, without what escapes characters in them."""
    inner = line.strip().removeprefix("|")
    found, position = [], 0
    while position <= len(inner):
        match = _CELL.match(inner, position)
        assert match  # it matches nothing, too
        found.append(match[0])
        position = max(match.end(), position) + 1
    if len(found) > 1 and not found[-1].strip():
        found.pop()
    return [html.unescape(_ESCAPED.sub(r"\1", _plain(cell.strip()))) for cell in found]


def _plain(cell: str) -> str:
    """A cell of Markdown without the marks that make all of it bold, italic or code."""
    match = _EMPHASIS.fullmatch(cell)
    return match[2] if match else cell


def workbook(name: str, data: bytes, sheet: str | None, findings: Findings) -> Lines:
    """The rows of one sheet of a workbook (.xlsx, .xls, .ods): the one of a name, or the first.

    A hidden sheet is read where it is named. Figures come as they are kept, not as they are shown:
    0.05 where the sheet shows 5 %. Raises FileError, also where python-calamine is not installed.
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
        seen = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        chosen = _sheet(name, book.sheet_names, sheet) if sheet or not seen else seen[0]
        found = book.get_sheet_by_name(chosen)
        if found.total_height * found.total_width > _MAX_CELLS:
            raise FileError(f"{name}: sheet {chosen!r} has more than {_MAX_CELLS} cells")
        rows = found.to_python(skip_empty_area=False)
    except FileError:
        raise
    except Exception as error:  # a library in Rust has errors of its own, panics too
        raise FileError(f"{name}: the workbook is damaged: {error}") from error
    others = [other for other in seen if other != chosen and _has_cells(book, other)]
    if sheet is None and others:
        settles = [Remedy("sheet", chosen, "says so"), Remedy("sheet", others[0], "reads another")]
        text = f"sheet {chosen!r} is read, the first of {len(seen)}"
        findings.doubts.append(Doubt(text, tuple(settles)))
    return [(number, [_text(cell) for cell in row]) for number, row in enumerate(rows, start=1)]


def _has_cells(book: Any, sheet: str) -> bool:
    try:
        return bool(book.get_sheet_by_name(sheet).total_height)
    except Exception:  # a sheet that is a chart, or damaged
        return False


def _check_archive(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except Exception as error:  # not only BadZipFile: odd versions, names in no encoding
        raise FileError(f"{name}: is a zip archive, damaged or cut off: {error}") from error
    inside = {member.filename for member in members}
    if not inside & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise FileError(f"{name}: is a zip archive and no workbook; unpack it first")
    if sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise FileError(f"{name}: the workbook unpacks to more than 1 GiB")


def _sheet(name: str, names: list[str], sheet: str | None) -> str:
    if not names:
        raise FileError(f"{name}: the workbook has no sheets")
    if sheet is None:
        return names[0]
    if sheet in names:
        return sheet
    if sheet.isdecimal() and 0 < int(sheet[:9]) <= len(names):
        return names[int(sheet) - 1]
    raise FileError(f"{name}: has no sheet {sheet!r}; there are {', '.join(map(repr, names))}")


def _text(cell: object) -> str:
    """A cell of a workbook as it would be written in CSV."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
