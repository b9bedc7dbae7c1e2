"""Commands run in this process, their figures, and the ways out that their messages name."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from spamindex import errors
from spamindex.cli import main as cli
from spamindex.errors import Remedy, Spelling

Pipe = Sequence[Sequence[str]]
_FIRST = {"compute": "spam_share", "tally": "spam_share", "shares": "share_percent"}


@dataclass(frozen=True)
class Way:
    """A remedy, and how the command that named it spelled it: which of those that were piped."""

    remedy: Remedy
    spelled: str
    stage: int = 0


@dataclass(frozen=True)
class Answer:
    """What the last of some piped commands printed, and what all of them said."""

    code: int
    stdout: str
    stderr: str
    ways: tuple[Way, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the input was refused as it should be: an error, and nothing printed."""
        last = self.stderr.splitlines()[-1:]
        return self.code == 1 and not self.stdout and "spamindex: error: " in "".join(last or "")

    @property
    def warned(self) -> bool:
        """Whether a figure may be wrong, and that was said."""
        return "spamindex: warning: " in self.stderr

    @property
    def figures(self) -> dict[str, float]:
        """What was printed as JSON, by the names before the first figure, joined with /."""
        return figures(self.stdout)


def figures(text: str) -> dict[str, float]:
    """The indexes, shares or counts of a result in JSON or CSV, by name."""
    in_json = text.lstrip()[:1] == "["
    rows = json.loads(text) if in_json else list(csv.DictReader(io.StringIO(text)))
    found = {}
    for row in rows:
        keys = list(row)
        first = next(keys.index(name) for name in _FIRST.values() if name in keys)
        value = row.get("spam_index", row.get("share_percent", row.get("messages")))
        if value not in (None, ""):
            found["/".join(str(row[key]) for key in keys[:first])] = float(value)
    return found


def near(found: Mapping[str, float], right: Mapping[str, float]) -> bool:
    """Whether the figures are those that are right, and of the same names."""
    return found.keys() == right.keys() and all(
        math.isclose(found[name], right[name], rel_tol=2e-6, abs_tol=1e-12) for name in right
    )


def ask(pipe: Pipe, stdin: bytes = b"") -> Answer:
    """Run commands piped into each other in the current directory, the last one as JSON."""
    *before, last = [list(stage) for stage in pipe]
    if last[0] in _FIRST and "-f" not in last:
        last += ["-f", "json"]
    said = ""
    ways: list[Way] = []
    code = 0
    for number, stage in enumerate([*before, last]):
        code, stdout, stderr = _run(stage, number, stdin, ways)
        said += stderr
        if code not in (0, 3):
            return Answer(code, stdout.decode(), said, tuple(ways))
        stdin = stdout
    return Answer(code, stdin.decode(), said, tuple(ways))


def _run(args: list[str], stage: int, stdin: bytes, ways: list[Way]) -> tuple[int, bytes, str]:
    stream = io.BytesIO(stdin)
    stream.name = "<stdin>"
    out, err = io.BytesIO(), io.BytesIO()
    own = errors.advice

    def advice(remedies: Sequence[Remedy], spell: Spelling = str) -> str:
        ways.extend(Way(remedy, spell(remedy), stage) for remedy in remedies)
        return own(remedies, spell)

    with (
        patch.object(errors, "advice", advice),
        patch.object(sys, "stdin", io.TextIOWrapper(stream)),
        contextlib.redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
        contextlib.redirect_stderr(
            io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True)
        ),
    ):
        code = cli.run(args)
        return code, out.getvalue(), err.getvalue().decode()


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Commands within are run in a folder."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def followed(pipe: Pipe, way: Way) -> Pipe | None:
    """The commands with a way out taken as it is spelled; None where it needs a choice of words.

    Options go to the command that named them; whole commands take its place. A line for --names is
    written into a file.
    """
    stages = [list(stage) for stage in pipe]
    if line := re.match(r"with a line (.*) (?:makes|says) ", way.remedy.does):
        path = Path(tempfile.mkdtemp(), "names.csv")
        path.write_text(f"name,canonical\n{line[1]}\n")
        new = [[*stages[way.stage], *way.spelled.replace("FILE", str(path)).split()]]
    elif way.remedy.value is None or "<(" in way.spelled:
        return None
    elif way.spelled.startswith("spamindex "):
        new = [[]]
        for word in shlex.split(way.spelled):
            if word == "|":
                new.append([])
            else:
                new[-1].append(word)
        new = [words[1:] for words in new]
    else:
        words = stages[way.stage]
        if way.remedy.field == "by" and (name := way.remedy.value.partition("=")[0]) in words:
            at = words.index(name)  # country=Region comes in the place of country
            words = [*words[: at - 1], *words[at + 1 :]]
        new = [[*words, *shlex.split(way.spelled)]]
    return [*stages[: way.stage], *new, *stages[way.stage + 1 :]]


def shares(table: str | bytes, *options: str) -> Answer:
    """What ``shares`` makes of one table on standard input."""
    data = table.encode() if isinstance(table, str) else table
    return ask([["shares", "-", *options]], data)


def read(table: str | bytes, *options: str) -> dict[str, float]:
    """The shares of a table that is read without a doubt, to four decimals."""
    answer = shares(table, *options)
    assert answer.code == 0, answer.stderr
    assert not answer.warned, answer.stderr
    return {name: round(figure, 4) for name, figure in answer.figures.items()}


def refused(table: str | bytes, *options: str) -> Answer:
    """What is said of a table that is refused."""
    answer = shares(table, *options)
    assert answer.refused, answer
    return answer


def warned(table: str | bytes, *options: str) -> Answer:
    """What is said of a table that is read with a doubt, which --strict refuses."""
    answer = shares(table, *options)
    assert answer.code == 0, answer.stderr
    assert answer.warned, answer
    assert shares(table, *options, "--strict").refused
    return answer


def settled(table: str | bytes, *options: str) -> list[dict[str, float]]:
    """What the first steps of a refusal's advice lead to: the shares by each way that is spelled.

    A way that ends in another refusal gives no shares.
    """
    found = []
    data = table.encode() if isinstance(table, str) else table
    for way in refused(table, *options).ways:
        pipe = followed([["shares", "-", *options]], way)
        if pipe is not None:
            answer = ask(pipe, data)
            assert answer.code == 0 or answer.refused, (pipe, answer)
            found.append(
                {n: round(f, 4) for n, f in answer.figures.items()} if answer.code == 0 else {}
            )
    return found
