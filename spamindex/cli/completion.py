"""Completion of the command line in a shell: words as bash takes them, headings of a file."""

from __future__ import annotations

import csv
import json
import os
import re
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from spamindex.errors import SpamIndexError
from spamindex.sources import delimiter_of, unpacked

_SPECIAL = re.compile(r"[^\w@%+=:,./-]")  # what bash would take for more than text
_LINE = 1 << 16  # bytes of a first line that are looked at


@add_completion_class
class Bash(BashComplete):
    """Completion in bash, where words with blanks are escaped and ``--by=x`` is three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that one."""
        args, incomplete = super().get_completion_args()
        return [arg for arg in args if arg != "="], "" if incomplete == "=" else incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A word as it is typed; bash reads it once, which takes one level of backslashes off."""
        typed = _SPECIAL.sub(r"\\\\\g<0>", str(item.value)) if item.type == "plain" else item.value
        return f"{item.type},{typed}"


def headings(path: str) -> list[str]:
    """The cells of the first line of a file, for completion; none where it can't be told."""
    if not os.path.isfile(path):  # a pipe would be empty when the command reads it
        return []
    try:
        with unpacked(path) as file:
            line = file.readline(_LINE)
        wide = line.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = (line + b"\0" if wide else line).decode("utf-16" if wide else "utf-8-sig", "replace")
        if text.startswith(("{", "[")):
            found = json.loads(text.strip().removeprefix("[").removesuffix(",").removesuffix("]"))
            return [str(key) for key in found] if isinstance(found, dict) else []
        cells = next(csv.reader([text], delimiter=delimiter_of(path, [text])), [])
    except (SpamIndexError, OSError, ValueError, csv.Error):
        return []
    return [cell.strip() for cell in cells if cell.strip().isprintable() and cell.strip()]
