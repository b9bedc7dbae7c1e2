"""The text of a client's address in, one spelling of it out; what is no address."""

from __future__ import annotations

from spamindex.messages.frames import Frame, nw
from spamindex.words import NO_ADDRESS

_IPV4 = r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.|$)){4}$"
_IPV6 = r"^(?::[0-9a-f]{0,4}){8}$"  # in the spelling that ``normal_expression`` gives it
_MAPPED = "::::::ffff:"  # how an IPv4 address begins there that is written as IPv6 in hex
_IN_HEX = rf"^{_MAPPED}[0-9a-f]{{0,4}}:[0-9a-f]{{0,4}}$"


def normalized(frame: Frame, column: str) -> Frame:
    """A frame with the addresses in a column of texts in the one spelling that each has.

    As ``normal_expression`` spells them; an IPv4 address within an IPv6 one in hex is IPv4, too.

    >>> import narwhals as nw, pandas as pd
    >>> table = pd.DataFrame({"ip": ["[::FFFF:c000:207]", "2001:db8::1"]})
    >>> normalized(nw.from_native(table).lazy(), "ip").collect()["ip"].to_list()
    ['192.0.2.7', ':2001:db8::::::1']
    """
    # In steps, so that SQL has each expression once. What begins otherwise is not looked at, as
    # nearly all do.
    frame = frame.with_columns(normal_expression(nw.col(column)).alias(column))
    is_mapped = nw.col(column).str.starts_with(_MAPPED) & nw.col(column).str.contains(_IN_HEX)
    groups = nw.col(column).str.slice(len(_MAPPED))
    frame = frame.with_columns(hex=nw.when(is_mapped).then(groups).otherwise(nw.lit(":")))
    first, last = (nw.col("hex").str.replace_all(cut, "") for cut in (":.*$", "^.*:"))
    dotted = nw.concat_str([*_bytes(first), *_bytes(last)], separator=".")
    dotted = nw.when(nw.col("hex") == nw.lit(":")).then(nw.col(column)).otherwise(dotted)
    return frame.with_columns(dotted.alias(column)).drop("hex")


def _bytes(group: nw.Expr) -> list[nw.Expr]:
    """The two bytes of up to four digits in hex, as decimal text."""
    four = nw.concat_str([nw.lit("0000"), group]).str.tail(4)
    digits = [_number(four.str.slice(i, 1)) for i in range(4)]
    return [(digits[i] * 16 + digits[i + 1]).cast(nw.String) for i in (0, 2)]


def _number(digit: nw.Expr) -> nw.Expr:
    """A digit in hex as a number, by what all engines can do."""
    for value, letter in enumerate("abcdef", start=10):
        digit = digit.str.replace_all(letter, str(value), literal=True)
    return digit.cast(nw.Int64)


def normal_expression(text: nw.Expr) -> nw.Expr:
    """A column of addresses in the one spelling in which all are compared.

    IPv4 as usual; IPv6 as its eight groups, each after a colon and without leading zeros; an
    IPv4-mapped one is its IPv4. They may have a port, a network, a zone, be in brackets behind the
    name of a host, and have IPv6: before them. What is no address becomes a text that
    ``is_address`` knows for none. Put together from what all engines can do, so that no address has
    to leave its cluster.

    >>> import narwhals as nw, pandas as pd
    >>> table = pd.DataFrame({"ip": ["mx [192.0.2.7] (forged)", "[IPv6:2001:DB8::1]", "::1#53"]})
    >>> nw.from_native(table).select(normal_expression(nw.col("ip")))["ip"].to_list()
    ['192.0.2.7', ':2001:db8::::::1', '::::::::1']
    """
    bare = text.str.strip_chars().str.to_lowercase()
    # The name of a host and a bracket: the last one, as a client may call itself [192.0.2.1].
    bare = bare.str.replace_all(r"^.*\[", "")
    bare = bare.str.replace_all(r"^<|>$", "").str.replace_all(r"^ipv6:", "")
    bare = bare.str.replace_all(r"[\]/%#].*$", "")  # what follows: a port, a network, a zone
    dotted = bare.str.replace_all(r"^[0:]*:ffff:", "").str.replace_all(r":[0-9]+$", "")
    is_dotted = dotted.str.contains(_IPV4)

    groups = nw.concat_str([nw.lit(":"), bare])
    colons = groups.str.len_chars() - groups.str.replace_all(":", "", literal=True).str.len_chars()
    expanded = groups
    for there in range(2, 10):  # eight in all: :: stands for those that are not there
        filled = groups.str.replace_all("::", ":" * (10 - there), literal=True)
        expanded = nw.when(colons == there).then(filled).otherwise(expanded)
    for zeros in (":000", ":00", ":0"):
        expanded = expanded.str.replace_all(zeros, ":", literal=True)
    # Three colons, one alone at an end, and two of :: are no address; some would come out as one.
    is_groups = (
        bare.str.contains(r"^[0-9a-f:]*:[0-9a-f:]*$")
        & ~bare.str.contains(r":::|::.*::|^:[^:]|[^:]:$|[0-9a-f]{5}|^:$")
        & (bare.str.contains("::", literal=True) | (colons == 8))
    )
    odd = nw.when(is_groups).then(expanded).otherwise(bare)
    odd = nw.when(is_dotted).then(dotted).otherwise(odd)
    return nw.when(text.str.contains(r"[^0-9.]")).then(odd).otherwise(text)


def is_address(normal: nw.Expr) -> nw.Expr:
    """Whether what ``normal_expression`` made is an address."""
    return normal.str.contains(f"{_IPV4}|{_IPV6}")


def is_none(normal: nw.Expr) -> nw.Expr:
    """Whether it says that there is no address, as of a message from the machine itself."""
    return normal.is_null() | normal.is_in(list(NO_ADDRESS))
