"""Text of an option in, its value out: numbers, formats, files, columns; and their completion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_T = TypeVar("_T")
_SHOWN = 8
_MANY = 10**6
_THOUSANDS = r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"
_NUMBER = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
_FILES = ("spam", "share", "table_file", "ranking", "messages")  # arguments that name files


def nearest(word: str, known: Iterable[str]) -> str:
    """What is most like a mistyped word, as the end of a message; empty where nothing is.

    >>> nearest("githb", ["github", "pipe"]), nearest("xyz", ["github"])
    ('; did you mean github?', '')
    """
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in known}
    near = [folded[name] for name in get_close_matches(word.casefold(), folded, 2, 0.6)]
    return f"; did you mean {' or '.join(near)}?" if near else ""


class Number(click.ParamType[float]):
    """A number, which may be written ``10,000``, and ``40%`` where it is in percent."""

    name = "number"

    def __init__(
        self, least: float, most: float, *, percent: bool = False, below: bool = False
    ) -> None:
        self.least, self.most, self.percent, self.below = least, most, percent, below

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number, and refuse one that is out of its range."""
        text = str(value).strip()
        if self.percent:
            text = text.removesuffix("%").rstrip()
        if re.fullmatch(_THOUSANDS, text):
            text = text.replace(",", "")
        if not re.fullmatch(_NUMBER, text):
            self.fail(f"{str(value)!r} is not a number", param, ctx)
        number = float(text)
        if self.percent and 0 < number < 1 <= self.least and param is not None:
            hint = param.get_error_hint(ctx)
            raise click.UsageError(f"{hint} is in percent: did you mean {100 * number:.10g}?", ctx)
        if not self.least <= number <= self.most or (self.below and number == self.most):
            to = "to below" if self.below else "to"
            above = f"{self.least:g} or more" if self.most > _MANY and number < self.least else ""
            span = above or f"from {self.least:g} {to} {self.most:,.15g}"
            self.fail(f"{str(value)!r} is out of range: {span}", param, ctx)
        return number


class Whole(click.ParamType[int]):
    """A whole number, which may be written ``10,000``."""

    name = "whole number"

    def __init__(self, least: int, most: int = 10**15) -> None:
        self._number = Number(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a whole number, and refuse one that is out of its range."""
        number = self._number.convert(value, param, ctx)
        if not number.is_integer():
            self.fail(f"{str(value)!r} is not a whole number", param, ctx)
        return int(number)


class Choice(click.ParamType[str]):
    """One of several words; ``also`` are other names of some of them."""

    name = "choice"

    def __init__(self, choices: Iterable[str], also: Mapping[str, str] | None = None) -> None:
        self.choices, self.also = tuple(choices), dict(also or {})

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """The choices as the help page shows them."""
        return "|".join(self.choices)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take one of the words, in any case."""
        word = str(value).strip().lower()
        word = self.also.get(word, word)
        if word not in self.choices:
            near = nearest(word, (*self.choices, *self.also))
            self.fail(f"there is no {str(value)!r}{near or self._there()}", param, ctx)
        return word

    def _there(self) -> str:
        if len(self.choices) > _SHOWN:
            return f"; choose {', '.join(self.choices[:_SHOWN])}, ..."
        return f"; choose {', '.join(self.choices[:-1])} or {self.choices[-1]}"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """The words that begin so."""
        return _beginning(incomplete, (*self.choices, *self.also))


class Text(click.ParamType[str]):
    """Text in UTF-8, as each name in a table is."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take text as it is."""
        try:
            str(value).encode()
        except UnicodeEncodeError:
            self.fail(f"{str(value)!r} is not text in UTF-8", param, ctx)
        return str(value)


class File(click.ParamType[str]):
    """The name of a file, which the shell completes."""

    name = "file"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """The shell knows the names of files."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class Column(Text):
    """A column of a file; completed from the first line of the files that are already named."""

    name = "column"

    def __init__(self, *files: str) -> None:
        self.files = files or _FILES

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """The headings that begin so."""
        from spamindex.cli.completion import headings

        named = [ctx.params.get(name) for name in self.files]
        paths = [path for of in named for path in ([of] if isinstance(of, str) else of or ())]
        return _beginning(incomplete, dict.fromkeys(h for path in paths for h in headings(path)))


class Parsed(Column, Generic[_T]):
    """A column and something about it, read by a function that raises ValueError."""

    def __init__(self, read: Callable[[str], _T]) -> None:
        super().__init__()
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(super().convert(value, param, ctx))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Character(click.ParamType[str]):
    """One character as it is, or the word ``tab``."""

    name = "character"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take one character that can separate columns."""
        character = {"tab": "\t", "\\t": "\t"}.get(str(value), str(value))
        if len(character) != 1 or character in '"\r\n':
            self.fail(f"{str(value)!r} is not one character, or the word tab", param, ctx)
        return character


class Encoding(click.ParamType[str]):
    """An encoding of text by any name that Python knows."""

    name = "encoding"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the name of an encoding."""
        try:
            "".encode(str(value))  # not codecs.lookup: that knows hex and zip too
        except (LookupError, ValueError):
            common = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "shift_jis", "gb18030")
            near = nearest(str(value), common)
            self.fail(f"{str(value)!r} is not an encoding that Python knows{near}", param, ctx)
        return str(value)


class Duration(click.ParamType[int]):
    """A duration in hours or days, as seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read ``12h`` or ``7d``."""
        from spamindex.errors import SpamIndexError
        from spamindex.messages.options import seconds_of

        try:
            return seconds_of(str(value))
        except SpamIndexError as error:
            self.fail(str(error), param, ctx)


class Zone(click.ParamType[str]):
    """A time zone by its name in the IANA database."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the name of a zone that is known here."""
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(str(value))
        except (KeyError, ValueError, OSError):
            self.fail(f"{str(value)!r} is not a time zone such as Europe/Paris", param, ctx)
        return str(value)


class Ports(click.ParamType[tuple[str, ...]]):
    """Numbers of ports, with commas between them."""

    name = "ports"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Part PORT,PORT at the commas."""
        ports = tuple(part.strip() for part in str(value).split(","))
        if not all(port.isdecimal() and len(port) < 6 and int(port) < 1 << 16 for port in ports):
            self.fail(f"{value!r} is not of the form 25,587", param, ctx)
        return tuple(str(int(port)) for port in ports)


def _beginning(incomplete: str, words: Iterable[str]) -> list[CompletionItem[Any]]:
    from click.shell_completion import CompletionItem

    start = incomplete.casefold()
    return [CompletionItem(word) for word in words if word.casefold().startswith(start)]


def chosen(names: str | None, there: Sequence[str], also: Mapping[str, str]) -> list[str]:
    """The columns of a result that ``--columns`` names, in its order; all where it names none.

    ``also`` says why a column that can be had is not there.

    >>> chosen("spam_index, os", ["os", "spam_share", "spam_index"], {})
    ['spam_index', 'os']
    """
    import csv

    if names is None:
        return list(there)
    wanted = [name.strip() for name in next(csv.reader([names], skipinitialspace=True), [])]
    for name in wanted:
        if name in also and name not in there:
            raise click.UsageError(f"--columns: {name!r} is there only with {also[name]}")
        if name not in there:
            near = nearest(name, there) or f"; there are {', '.join(there)}"
            raise click.UsageError(f"--columns: the result has no column {name!r}{near}")
    if len(set(wanted)) < len(wanted):
        raise click.UsageError("--columns names a column twice")
    return wanted
