"""Text of an option in, its value out: numbers, words, files, columns; and their completion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from spamindex.errors import SpamIndexError, nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Complete = Callable[[click.Context, str], list[CompletionItem[Any]]]

_SHOWN = 8
_MANY = 10**6
_THOUSANDS = r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"
_NUMBER = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
_FILES = ("spam", "share", "table_file", "ranking", "messages")  # arguments that name files
_ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "shift_jis", "gb18030")


class Value(click.ParamType[Any]):
    """What a function reads from the text of an option; its ValueError says what is wrong.

    ``complete`` gives the shell what may stand there, ``choices`` are all words that may.
    """

    def __init__(
        self,
        read: Callable[[str], Any],
        complete: Complete | None = None,
        choices: Sequence[str] = (),
    ) -> None:
        self.name, self.read, self.complete, self.choices = "value", read, complete, choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text; what is no text is a default."""
        try:
            return self.read(value) if isinstance(value, str) else value
        except (ValueError, SpamIndexError) as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """What may stand here and begins so."""
        return self.complete(ctx, incomplete) if self.complete else []


def number(least: float, most: float, *, percent: bool = False, below: bool = False) -> Value:
    """A number, which may be written ``10,000``, and ``40%`` where it is in percent."""

    def read(given: str) -> float:
        text = given.strip()
        if percent:
            text = text.removesuffix("%").rstrip()
        if re.fullmatch(_THOUSANDS, text):
            text = text.replace(",", "")
        if not re.fullmatch(_NUMBER, text):
            raise ValueError(f"{given!r} is not a number")
        figure = float(text)
        if percent and 0 < figure < 1 <= least:
            raise ValueError(f"this is in percent: did you mean {100 * figure:.10g}?")
        if not least <= figure <= most or (below and figure == most):
            to = "to below" if below else "to"
            above = f"{least:g} or more" if most > _MANY and figure < least else ""
            span = above or f"from {least:g} {to} {most:,.15g}"
            raise ValueError(f"{given!r} is out of range: {span}")
        return figure

    return Value(read)


def whole(least: int, most: int = 10**15) -> Value:
    """A whole number, which may be written ``10,000``."""
    any_number = number(least, most).read

    def read(text: str) -> int:
        figure = any_number(text)
        if not figure.is_integer():
            raise ValueError(f"{text!r} is not a whole number")
        return int(figure)

    return Value(read)


def choice(choices: Iterable[str], also: Mapping[str, str] | None = None) -> Value:
    """One of several words, in any case; ``also`` are other names of some of them."""
    words, others = tuple(choices), dict(also or {})

    def read(text: str) -> str:
        word = text.strip().lower()
        word = others.get(word, word)
        if word not in words:
            there = f"; choose {', '.join(words[:-1])} or {words[-1]}"
            if len(words) > _SHOWN:
                there = f"; choose {', '.join(words[:_SHOWN])}, ..."
            raise ValueError(f"there is no {text!r}{nearest(word, (*words, *others)) or there}")
        return word

    return Value(read, lambda _, begun: _beginning(begun, (*words, *others)), words)


def text(given: str) -> str:
    """Text as it is, in UTF-8 as each name in a table is."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{given!r} is not text in UTF-8") from None
    return given


def column(*files: str, read: Callable[[str], Any] = text) -> Value:
    """A column of the files that some arguments name, or what ``read`` makes of such a text."""
    return Value(lambda given: read(text(given)), partial(_headings, files or _FILES))


def _headings(files: Sequence[str], ctx: click.Context, begun: str) -> list[CompletionItem[Any]]:
    from spamindex.cli.completion import headings

    named = [ctx.params.get(name) for name in files]
    paths = [path for of in named for path in ([of] if isinstance(of, str) else of or ())]
    return _beginning(begun, dict.fromkeys(h for path in paths for h in headings(path)))


def _files(_: click.Context, begun: str) -> list[CompletionItem[Any]]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]  # the shell knows their names


def _beginning(begun: str, words: Iterable[str]) -> list[CompletionItem[Any]]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(word) for word in words if word.casefold().startswith(begun.casefold())]


TEXT = Value(text)
FILE = Value(str, _files)  # whose name may be any bytes


def character(given: str) -> str:
    """One character that can separate columns, or the word ``tab``."""
    one = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(one) != 1 or one in '"\r\n':
        raise ValueError(f"{given!r} is not one character, or the word tab")
    return one


def encoding(given: str) -> str:
    """The name of an encoding of text that Python knows."""
    try:
        "".encode(given)  # not codecs.lookup: that knows hex and zip too
    except (LookupError, ValueError):
        near = nearest(given, _ENCODINGS)
        raise ValueError(f"{given!r} is not an encoding that Python knows{near}") from None
    return given


def ports(given: str) -> tuple[str, ...]:
    """Numbers of ports, with commas between them."""
    found = [part.strip() for part in given.split(",")]
    if not all(port.isdecimal() and len(port) < 6 and int(port) < 1 << 16 for port in found):
        raise ValueError(f"{given!r} is not of the form 25,587")
    return tuple(str(int(port)) for port in found)


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
