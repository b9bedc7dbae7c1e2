"""Client addresses in one spelling, whoever wrote them down."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import narwhals as nw

_PLAIN = re.compile(r"\d{1,3}(\.\d{1,3}){3}", re.ASCII)


def normal(address: str) -> str:
    """An address in the one spelling in which all are compared; empty for what is none.

    IPv4 as usual; IPv6 as its eight groups, each after a colon and without leading zeros. An
    IPv4-mapped one is its IPv4.

    >>> normal("192.0.2.7"), normal("2001:DB8::1"), normal("::ffff:192.0.2.7")
    ('192.0.2.7', ':2001:db8::::::1', '192.0.2.7')
    """
    if _PLAIN.fullmatch(address):  # nearly every one of a log, and six times as quick
        return address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(parsed) if isinstance(parsed, ipaddress.IPv4Address) else _groups(parsed)


def mapped(address: str) -> str:
    """How an IPv4 address looks in its normal form if it was written as an IPv6 one in hex.

    >>> mapped("192.0.2.7")
    '::::::ffff:c000:207'
    """
    a, b, c, d = map(int, address.split("."))
    high, low = a << 8 | b, c << 8 | d
    return f"::::::ffff:{high:x}:{low:x}" if high and low else _groups_of_mapped(address)


def _groups_of_mapped(address: str) -> str:
    return _groups(ipaddress.IPv6Address(f"::ffff:{address}"))


def _groups(address: ipaddress.IPv6Address) -> str:
    return "".join(":" + group.lstrip("0") for group in address.exploded.split(":"))


def normal_expression(text: nw.Expr) -> nw.Expr:
    """The same for a column of a frame: with a port, in brackets, with IPv6: before it, too.

    Put together from what all engines can do, so that no address has to leave its cluster.
    """
    import narwhals as nw

    bare = text.str.strip_chars().str.to_lowercase()
    bare = bare.str.replace_all("[", "", literal=True).str.replace_all("ipv6:", "", literal=True)
    bare = bare.str.replace_all(r"[\]/%].*$", "")  # what follows: a port, a network, a zone
    dotted = bare.str.replace_all(r"^[0:]*:ffff:", "").str.replace_all(r":.*$", "")

    groups = nw.concat_str([nw.lit(":"), bare])
    colons = groups.str.len_chars() - groups.str.replace_all(":", "", literal=True).str.len_chars()
    expanded = groups
    for there in range(2, 9):  # eight in all: :: stands for those that are not there
        filled = groups.str.replace_all("::", ":" * (10 - there), literal=True)
        expanded = nw.when(colons == there).then(filled).otherwise(expanded)
    for zeros in (":000", ":00", ":0"):
        expanded = expanded.str.replace_all(zeros, ":", literal=True)

    odd = nw.when(bare.str.contains(".", literal=True)).then(dotted).otherwise(expanded)
    return nw.when(text.str.contains(r"[^0-9.]")).then(odd).otherwise(text)
