"""Errors with the ways out of them; notes and warnings; their wording: lists, did you mean.

Every error that a user can meet is a SpamIndexError::

    SpamIndexError
    ├── FileError      a file can't be opened, or is not what is needed
    ├── ColumnError    it is not certain which column is meant
    ├── FigureError    a cell, or a column of them, can't be read as figures
    ├── PeriodError    it is not certain which periods are meant
    ├── UnitError      the figures are not what their unit allows, or could be of several units
    ├── MatchError     a row is doubted, stands twice, or has no partner in the other table
    ├── OptionsError   options contradict each other, or one would change nothing
    └── OutputError    the result can't be written

Nothing here knows what an option is called: an error has remedies, and who shows it spells them.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

SHOWN = 10


def listed(items: Sequence[str], *, of: int | None = None) -> str:
    """The items in one line: the first ten, then how many more there are (``of`` in all)."""
    more = (of or len(items)) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def nearest(word: str, known: Iterable[str]) -> str:
    """What is most like a mistyped word, as the end of a message; empty where nothing is."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in known}
    near = [folded[name] for name in get_close_matches(word.casefold(), folded, 2, 0.65)]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def counted(number: int, what: str) -> str:
    """So many of something."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def install(extra: str) -> str:
    """How to install an extra of this package."""
    return f"pip install 'spamindex[{extra}]'"


# Not dataclasses: their module, and making them, would take an eighth of what --help takes.
class Remedy(NamedTuple):
    """A way out: the field of an options object that settles a question, and a value for it.

    ``does`` says what the value does, after its name: ``sum=['browser']`` "adds them up". ``of``
    says which of two tables the field is for (``spam`` or ``market``).
    """

    field: str
    value: str | None = None
    does: str = "settles it"
    of: str | None = None

    def __str__(self) -> str:
        value = "..." if self.value is None else repr(self.value)
        return f"{self.field}={'True' if self.value == 'True' else value}"


Spelling = Callable[[Remedy], str]


def advice(remedies: Sequence[Remedy], spell: Spelling = str) -> str:
    """The ways out in one line, the safest first; empty where there is none."""
    return ", ".join(f"{spell(remedy)} {remedy.does}" for remedy in remedies)


class SpamIndexError(Exception):
    """The input can't be used as it is; each fault is one line that says where and what to do.

    ``faults`` holds all of them; as text the first ten are shown, then how many more there are.
    ``settles`` are the ways out of it.

    >>> print(SpamIndexError("spam.csv:2: 'abc' is not a number", "spam.csv:3: '-1' is negative"))
    spam.csv:2: 'abc' is not a number
    spam.csv:3: '-1' is negative
    >>> print(UnitError("adds up to 0.9: percents or fractions?", settles=[Remedy("unit")]))
    adds up to 0.9: percents or fractions? unit=... settles it
    """

    def __init__(self, *faults: str, settles: Iterable[Remedy] = ()) -> None:
        super().__init__(*faults)
        self.faults = faults
        self.settles = tuple(settles)
        self.parts: tuple[SpamIndexError, ...] = (self,)

    @classmethod
    def together(cls, errors: Sequence[SpamIndexError]) -> SpamIndexError:
        """Several errors as one, such as those of two tables."""
        if len(errors) == 1:
            return errors[0]
        joined = type(errors[0])(*(fault for error in errors for fault in error.faults))
        joined.parts = tuple(part for error in errors for part in error.parts)
        return joined

    def of_table(self, of: str) -> SpamIndexError:
        """The same error, whose remedies are for one of two tables."""
        for part in self.parts:
            part.settles = tuple(r._replace(of=of) for r in part.settles)
        return self

    def lines(self, spell: Spelling = str) -> list[str]:
        """The faults as they are shown, one line each and ten at most, then the ways out."""
        shown: list[str] = []
        for part in self.parts:
            more = len(part.faults) - SHOWN
            of_part = [*part.faults[:SHOWN], *([f"and {more} more like these"] if more > 0 else [])]
            if (ways := advice(part.settles, spell)) and of_part:
                stop = "" if of_part[-1].endswith(("?", ".", "!")) else ";"
                of_part[-1] += f"{stop} {ways}"
            shown += of_part
        return list(dict.fromkeys(shown))  # both tables may be one file

    def __str__(self) -> str:
        return "\n".join(self.lines())


class FileError(SpamIndexError):
    """A file can't be opened, or is not what is needed."""


class ColumnError(SpamIndexError):
    """It is not certain which column is meant."""


class FigureError(SpamIndexError):
    """A cell, or a column of them, can't be read as figures."""


class PeriodError(SpamIndexError):
    """It is not certain which of a table's periods are meant."""


class UnitError(SpamIndexError):
    """The figures are not what their unit allows, or could be of several units."""


class MatchError(SpamIndexError):
    """A row is doubted, stands twice in one table, or no OS stands in both."""


class OptionsError(SpamIndexError):
    """Options contradict each other, or one would change nothing; each is a field in braces.

    >>> print(OptionsError("choose {os} or {count=machines}, not both"))
    choose os=... or count='machines', not both
    """

    def lines(self, spell: Spelling = str) -> list[str]:
        """The faults, with the options as they are spelled."""

        def spelled(field: re.Match[str]) -> str:
            return spell(Remedy(field[1], field[2]))

        return [re.sub(r"{(\w+)(?:=(\w*))?}", spelled, fault) for fault in self.faults]


class OutputError(SpamIndexError):
    """The result can't be written."""


class SpamIndexWarning(UserWarning):
    """What may make a figure wrong; an error with ``--strict``."""


class SpamIndexNote(UserWarning):
    """How the data was read, where a reader would want to know; never an error."""


class Doubt(NamedTuple):
    """What may make a figure wrong, and the ways to say that it is right as it is."""

    text: str
    settles: tuple[Remedy, ...] = ()


class Findings:
    """What is to be said of one input: at most one note, and at most one warning.

    ``facts`` are certain, and said only beside the ``notes``, which a reader would want to know;
    ``doubts`` may make a figure wrong.

    >>> findings = Findings("share.csv", ["column 'Visits': counts"], ["lines 1-3 left out"])
    >>> findings.note()
    "share.csv: column 'Visits': counts; lines 1-3 left out"
    """

    def __init__(
        self,
        name: str,
        facts: Iterable[str] = (),
        notes: Iterable[str] = (),
        doubts: Iterable[Doubt] = (),
    ) -> None:
        self.name = name
        self.facts, self.notes, self.doubts = list(facts), list(notes), list(doubts)

    def note(self, *, always: bool = False) -> str | None:
        """How it was read, in one line; None where all is certain, unless ``always``."""
        if not (self.notes or (always and self.facts)):
            return None
        return f"{self.name}: {'; '.join([*self.facts, *self.notes])}"

    def warning(self, spell: Spelling = str) -> str | None:
        """What may make a figure wrong, in one line; None where there is nothing."""
        told = [
            f"{doubt.text} ({advice(doubt.settles, spell)})" if doubt.settles else doubt.text
            for doubt in self.doubts
        ]
        return f"{self.name}: {'; '.join(told)}" if told else None

    def of_table(self, of: str) -> None:
        """Make the remedies of its doubts those of one of two tables."""
        self.doubts = [
            Doubt(text, tuple(r._replace(of=of) for r in settles)) for text, settles in self.doubts
        ]

    def warn(self) -> None:
        """Say it by ``warnings``, as of the line outside this package that called it."""
        outside = _outside()
        if (note := self.note()) is not None:
            warnings.warn(SpamIndexNote(note), stacklevel=outside)
        if (warning := self.warning()) is not None:
            warnings.warn(SpamIndexWarning(warning), stacklevel=outside)


def _outside() -> int:
    """How many frames up the code that called this package stands, for ``warnings.warn``."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith("spamindex"):
        level, frame = level + 1, frame.f_back
    return level
