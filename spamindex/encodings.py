"""Bytes of a file in; in which encoding they are text, by their mark or by trying, out."""

from __future__ import annotations

import codecs

from spamindex.errors import Doubt, FileError, Findings, Remedy, nearest

WIDE = ("utf-16", "utf-32")
# Decoders that never let half of a surrogate pair through, as that of UTF-7 does.
_WHOLE = ("utf-8", *WIDE)
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark its own begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WITHOUT_MARK = {"utf-16-le": 1, "utf-16-be": 0}  # and where the upper halves begin
_LAST_RESORT = "windows-1252"
COMMON = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "shift_jis", "gb18030")
_PIECE = 1 << 20
_NAMED = (Remedy("encoding", None, "names the right one"),)


def known(encoding: str) -> str:
    """Python's name of an encoding of text. Raises FileError for what is none."""
    try:
        "".encode(encoding)  # codecs.lookup knows hex and zip too, which are no text
        found = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        near = nearest(encoding, COMMON)
        raise FileError(f"{encoding!r} is not an encoding that Python knows{near}") from error
    return "utf-8-sig" if found == "utf-8" else found


def of(name: str, data: bytes, encoding: str | None = None) -> tuple[str, Findings]:
    """The encoding that a file is in, and what is to be said of it: as asked for, else as it seems.

    Raises FileError where the data is no text in it, or in none that is tried.
    """
    findings = Findings(name)
    if encoding is not None:
        found = known(encoding)
        if not found.startswith(WIDE):
            refuse_zeros(name, data)
        if not _is_text(data, found):
            raise FileError(f"{name}: is not text in {encoding}", settles=_NAMED)
        return found, findings
    found = _guessed(name, data)
    if found == _LAST_RESORT:
        settles = (Remedy("encoding", _LAST_RESORT, "says that it is right"),)
        findings.doubts.append(Doubt("is not UTF-8, and was read as Windows-1252", settles))
    if found in _WITHOUT_MARK:
        findings.notes.append(f"has no byte-order mark, and was read as {found}")
    return found, findings


def refuse_zeros(name: str, data: bytes) -> None:
    """Raise FileError for zero bytes, which text has in wide encodings alone."""
    if b"\0" in data:
        settles = [Remedy("encoding", "utf-16-le", "reads it, if it is UTF-16")]
        raise FileError(
            f"{name}: is not a text file: it holds zero bytes",
            settles=settles if _is_text(data, "utf-16-le") else [],
        )


def _guessed(name: str, data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            if _is_text(data, encoding):
                return encoding
            raise FileError(f"{name}: begins like {encoding}, but is damaged or cut off")
    for encoding, half in _WITHOUT_MARK.items():
        # Each second byte is zero, and no other: the letters of Latin-1 in UTF-16.
        if 2 * data.count(0) == len(data) > 0 and not any(data[half::2]):
            return encoding
    refuse_zeros(name, data)
    for encoding in ("utf-8-sig", _LAST_RESORT):
        if _is_text(data, encoding):
            return encoding
    raise FileError(f"{name}: is not text in UTF-8 or Windows-1252", settles=_NAMED)


def _is_text(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _PIECE):  # in pieces, to hold no second copy
            text = decoder.decode(data[start : start + _PIECE])
            if not encoding.startswith(_WHOLE):
                text.encode()
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
