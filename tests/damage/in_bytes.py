"""What happens to the bytes of a file, whatever they say."""

from __future__ import annotations

from random import Random

_IN_FIGURES = b"0123456789 \t\r\v\f\x1c\x1d\x1e\x1f\xa0+"  # digits, blanks and the plus sign


def truncated(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(1, len(data))] if len(data) > 1 else data


def flipped(data: bytes, random: Random) -> bytes:
    """One bit of one byte the other way."""
    while True:
        at = random.randrange(len(data))
        new = data[at] ^ 1 << random.randrange(8)
        if _can_be_seen(data[at], new):
            return data[:at] + bytes([new]) + data[at + 1 :]


def replaced(data: bytes, random: Random) -> bytes:
    """One byte replaced by any other."""
    while True:
        at, new = random.randrange(len(data)), random.randrange(256)
        if new != data[at] and _can_be_seen(data[at], new):
            return data[:at] + bytes([new]) + data[at + 1 :]


def _can_be_seen(old: int, new: int) -> bool:
    """Whether it can make no other figure of a figure: 5.14 is as good as 5.24, or as 5.1 blank.

    That is what is left out: a digit for a digit, and a digit for what may stand beside one, a
    blank (with the separators that Python takes for some) or a plus sign, or the other way.
    """
    return not (old in _IN_FIGURES and new in _IN_FIGURES)


def zeros(data: bytes, random: Random) -> bytes:
    """Zero bytes in the middle, or in the place of the end, as a crash leaves them."""
    at = random.randrange(len(data))
    return random.choice([data[:at] + b"\0" * (len(data) - at), data[:at] + b"\0" + data[at:]])


def stray_quote(data: bytes, random: Random) -> bytes:
    """A quotation mark anywhere, or two."""
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(data))
        data = data[:at] + b'"' + data[at:]
    return data


def lost_line_end(data: bytes, random: Random) -> bytes:
    ends = [i for i, byte in enumerate(data[:-2]) if byte in b"\r\n"]
    if not ends:
        return data
    at = random.choice(ends)
    return data[:at] + data[at + 1 :]


def broken_line(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + b"\n" + data[at:]
