"""Errors and the remedies that settle them; findings: the notes and warnings about an input.

Every error that a user can meet is a SpamIndexError::

    SpamIndexError
    ├── FileError      a file can't be opened, or is of the wrong kind
    ├── ColumnError    it is not clear which column is meant
    ├── FigureError    a cell or a column can't be read as figures
    ├── PeriodError    it is not clear which periods are meant
    ├── UnitError      the figures contradict their unit, or could have several units
    ├── MatchError     a row may hold others, occurs twice, or is not in the other table
    ├── OptionsError   options contradict each other, or one would have no effect
    └── OutputError    the result can't be written

Nothing here knows the names of options: an error carries remedies, and whoever shows the error
spells them.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

SHOWN = 10  # items of a list that a message shows


def listed(items: Sequence[str], *, of: int | None = None) -> str:
    """The first ten items, separated by commas, and how many more there are (``of`` in all)."""
    more = (of or len(items)) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """The end of a message about a mistyped word: the most similar choices, or nothing."""
    from difflib import get_close_matches

    folded = {choice.casefold(): choice for choice in choices}
    similar = [folded[match] for match in get_close_matches(word.casefold(), folded, 2, 0.65)]
    return f"; did you mean {' or '.join(similar)}?" if similar else ""


def counted(number: int, noun: str) -> str:
    """A number and its noun, in the plural where it must be: ``1 row``, ``2 rows``."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def install(extra: str) -> str:
    """The command that installs an extra of this package."""
    return f"pip install 'spamindex[{extra}]'"


# NamedTuples and not dataclasses, which would make --help an eighth slower.
class Remedy(NamedTuple):
    """An option that settles an error: the field of an options object, and a value for it.

    ``does`` completes the sentence that begins with the option: ``sum='browser'`` "adds them up".
    ``of`` is the table that the option is for, ``spam`` or ``market``, where there are two.
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
    """The remedies in one line, in their order (the safest is first); empty without any."""
    return ", ".join(f"{spell(remedy)} {remedy.does}" for remedy in remedies)


class SpamIndexError(Exception):
    """The input can't be used as it is; each fault is one line that says where, and what to do.

    ``faults`` has all of them; the text shows the first ten, and how many more there are.
    ``settles`` has the remedies.

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
    def combined(cls, errors: Sequence[SpamIndexError]) -> SpamIndexError:
        """Several errors as one, such as those of two tables."""
        if len(errors) == 1:
            return errors[0]
        error = type(errors[0])(*(fault for error in errors for fault in error.faults))
        error.parts = tuple(part for error in errors for part in error.parts)
        return error

    def for_table(self, of: str) -> SpamIndexError:
        """This error, with remedies that are for one of two tables, ``spam`` or ``market``."""
        for part in self.parts:
            part.settles = _for_table(part.settles, of)
        return self

    def lines(self, spell: Spelling = str) -> list[str]:
        """The text, one line for each fault; the remedies are at the end of the last one."""
        lines: list[str] = []
        for part in self.parts:
            part_lines = list(part.faults[:SHOWN])
            if len(part.faults) > SHOWN:
                part_lines.append(f"and {len(part.faults) - SHOWN} more like these")
            remedies = advice(part.settles, spell)
            if remedies and part_lines:
                separator = " " if part_lines[-1].endswith(("?", ".", "!")) else "; "
                part_lines[-1] += separator + remedies
            lines += part_lines
        return list(dict.fromkeys(lines))  # the same file as both tables has every fault twice

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _for_table(remedies: Iterable[Remedy], of: str) -> tuple[Remedy, ...]:
    return tuple(remedy._replace(of=of) for remedy in remedies)


class FileError(SpamIndexError):
    """A file can't be opened, or is of the wrong kind."""


class ColumnError(SpamIndexError):
    """It is not clear which column is meant."""


class FigureError(SpamIndexError):
    """A cell or a column can't be read as figures."""


class PeriodError(SpamIndexError):
    """It is not clear which periods of a table are meant."""


class UnitError(SpamIndexError):
    """The figures contradict their unit, or could have several units."""


class MatchError(SpamIndexError):
    """A row may hold others or occurs twice, or no OS is in both tables."""


class OptionsError(SpamIndexError):
    """Options contradict each other, or one would have no effect.

    Its faults have the options as fields in braces, so that each reader gets their own spelling.

    >>> print(OptionsError("choose {os} or {count=machines}, not both"))
    choose os=... or count='machines', not both
    """

    def lines(self, spell: Spelling = str) -> list[str]:
        """The faults, with each option spelled."""

        def spelled(field: re.Match[str]) -> str:
            return spell(Remedy(field[1], field[2]))

        return [re.sub(r"{(\w+)(?:=(\w*))?}", spelled, fault) for fault in self.faults]


class OutputError(SpamIndexError):
    """The result can't be written."""


class SpamIndexWarning(UserWarning):
    """Something that may make a figure wrong; an error with ``--strict``."""


class SpamIndexNote(UserWarning):
    """How an input was read, where that is not obvious; never an error."""


class Doubt(NamedTuple):
    """Something that may make a figure wrong, and the remedies that confirm or avoid it."""

    text: str
    settles: tuple[Remedy, ...] = ()


class Findings:
    """What was noticed about one input: the content of at most one note and one warning.

    ``facts`` are certain; they are only part of the note. ``notes`` are the reason to print one.
    ``doubts`` may make a figure wrong; they are the warning.

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
        """How the input was read, in one line; None without notes, unless ``always``."""
        if not (self.notes or (always and self.facts)):
            return None
        return f"{self.name}: {'; '.join([*self.facts, *self.notes])}"

    def warning(self, spell: Spelling = str) -> str | None:
        """The doubts in one line, with their remedies; None without doubts."""
        if not self.doubts:
            return None
        texts = [
            f"{doubt.text} ({advice(doubt.settles, spell)})" if doubt.settles else doubt.text
            for doubt in self.doubts
        ]
        return f"{self.name}: {'; '.join(texts)}"

    def for_table(self, of: str) -> None:
        """Make the remedies of the doubts those of one of two tables, ``spam`` or ``market``."""
        self.doubts = [Doubt(text, _for_table(settles, of)) for text, settles in self.doubts]

    def warn(self) -> None:
        """Issue the note and the warning, located in the code that called this package."""
        stacklevel = _caller_level()
        if (note := self.note()) is not None:
            warnings.warn(SpamIndexNote(note), stacklevel=stacklevel)
        if (warning := self.warning()) is not None:
            warnings.warn(SpamIndexWarning(warning), stacklevel=stacklevel)


def _caller_level() -> int:
    """The ``stacklevel`` for ``warnings.warn`` of the first caller outside this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith("spamindex"):
        level, frame = level + 1, frame.f_back
    return level
