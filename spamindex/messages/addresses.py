"""The text of a client's address in, one spelling of it out; what is no address."""

from __future__ import annotations

from spamindex.messages.frames import Frame, nw, when
from spamindex.words import NO_ADDRESS

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"^(?:{_BYTE}\.){{3}}{_BYTE}$"
_IPV6 = r"^(?::[0-9a-f]{0,4}){8}$"  # in the spelling that ``normalized`` gives it
_MAPPED = "::::::ffff:"  # how an IPv4 address begins there that is written as IPv6 in hex
_IN_HEX = rf"^{_MAPPED}[0-9a-f]{{0,4}}:[0-9a-f]{{0,4}}$"


def normalized(frame: Frame, column: str) -> Frame:
    """A frame with the addresses in a column of texts in the spelling in which all are compared.

    IPv4 as usual; IPv6 as its eight groups, each after a colon and without leading zeros; an
    IPv4-mapped one is its IPv4. They may have a port or a zone, be in brackets behind the
    name of a host, and have IPv6: before them. What is no address becomes a text that
    ``is_address`` knows for none. Put together from what all engines can do, so that no address has
    to leave its cluster.

    >>> import narwhals as nw, pandas as pd
    >>> table = pd.DataFrame({"ip": ["mx [192.0.2.7] (forged)", "[::FFFF:c000:207]", "::1#53"]})
    >>> normalized(nw.from_native(table).lazy(), "ip").collect()["ip"].to_list()
    ['192.0.2.7', '192.0.2.7', '::::::::1']
    """
    # In steps, so that SQL has each expression once. What is dotted digits already, as nearly all
    # are, is only looked at in the first.
    written, bare, groups, colons = map(nw.col, (column, "bare", "groups", "colons"))
    plain = nw.lit(":")
    frame = frame.with_columns(bare=when(written.str.contains(r"[^0-9.]"), _bare(written), plain))
    dotted = bare.str.replace_all(r"^[0:]*:ffff:", "").str.replace_all(r":[0-9]+$", "")
    frame = frame.with_columns(
        dotted=when(bare == plain, plain, dotted), groups=nw.concat_str([plain, bare])
    )
    many = groups.str.len_chars() - groups.str.replace_all(":", "", literal=True).str.len_chars()
    # Three colons, one alone at an end, and two of :: are no address; some would come out as one.
    is_groups = (
        bare.str.contains(r"^[0-9a-f:]*:[0-9a-f:]*$")
        & ~bare.str.contains(r":::|::.*::|^:[^:]|[^:]:$|[0-9a-f]{5}|^:$")
        & (bare.str.contains("::", literal=True) | (many == 8))
    )
    many = when(is_groups, many, nw.lit(0))
    frame = frame.with_columns(colons=when(bare == plain, nw.lit(0), many))
    expanded = groups
    for there in range(2, 10):  # eight in all: :: stands for those that are not there
        filled = groups.str.replace_all("::", ":" * (10 - there), literal=True)
        expanded = when(colons == there, filled, expanded)
    for zeros in (":000", ":00", ":0"):
        expanded = expanded.str.replace_all(zeros, ":", literal=True)
    frame = frame.with_columns(groups=when(colons > 0, expanded, bare))
    is_mapped = groups.str.starts_with(_MAPPED) & groups.str.contains(_IN_HEX)
    in_hex = when(is_mapped, groups.str.slice(len(_MAPPED)), nw.lit(""))
    frame = frame.with_columns(in_hex=in_hex)
    frame = frame.with_columns(upper=_four_digits(":.*$"), lower=_four_digits("^.*:"))
    from_hex = nw.concat_str([*_bytes("upper"), *_bytes("lower")], separator=".")
    odd = when(nw.col("in_hex") == nw.lit(""), groups, from_hex)
    odd = when(nw.col("dotted").str.contains(_IPV4), nw.col("dotted"), odd)
    steps = ("bare", "dotted", "groups", "colons", "in_hex", "upper", "lower")
    return frame.with_columns(when(bare == plain, written, odd).alias(column)).drop(*steps)


def _four_digits(cut: str) -> nw.Expr:
    """One of two groups in hex: what is left without the other."""
    group = nw.col("in_hex").str.replace_all(cut, "")
    return nw.concat_str([nw.lit("0000"), group]).str.tail(4)


def _bare(text: nw.Expr) -> nw.Expr:
    """An address without what is around it."""
    bare = text.str.strip_chars().str.to_lowercase()
    # The name of a host and a bracket: the last one, as a client may call itself [192.0.2.1].
    bare = bare.str.replace_all(r"^.*\[", "")
    bare = bare.str.replace_all(r"^<|>$", "").str.replace_all(r"^ipv6:", "")
    # What follows: a port, a zone, and that it is no network, which /24 is.
    return bare.str.replace_all(r"[\]%#].*$|/32$|/128$|/[0-9]{4,5}$", "")


def _bytes(column: str) -> list[nw.Expr]:
    """The two bytes of four digits in hex, as decimal text."""
    digits = [_number(nw.col(column).str.slice(i, 1)) for i in range(4)]
    return [(digits[i] * 16 + digits[i + 1]).cast(nw.String) for i in (0, 2)]


def _number(digit: nw.Expr) -> nw.Expr:
    """A digit in hex as a number, by what all engines can do."""
    for value, letter in enumerate("abcdef", start=10):
        digit = digit.str.replace_all(letter, str(value), literal=True)
    return digit.cast(nw.Int64)


def is_address(normal: nw.Expr) -> nw.Expr:
    """Whether what ``normalized`` made is an address."""
    return normal.str.contains(f"{_IPV4}|{_IPV6}")


def is_none(normal: nw.Expr) -> nw.Expr:
    """Whether it says that there is no address, as of a message from the machine itself."""
    return normal.is_null() | normal.is_in(list(NO_ADDRESS))
