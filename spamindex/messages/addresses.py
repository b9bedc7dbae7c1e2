"""Client addresses in one spelling, whoever wrote them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import narwhals as nw


def normal_expression(text: nw.Expr) -> nw.Expr:
    """A column of addresses in the one spelling in which all are compared.

    IPv4 as usual; IPv6 as its eight groups, each after a colon and without leading zeros; an
    IPv4-mapped one is its IPv4. They may have a port, a network, a zone, be in brackets, and have
    IPv6: before them. Put together from what all engines can do, so that no address has to leave
    its cluster.

    >>> import narwhals as nw, pandas as pd
    >>> table = pd.DataFrame({"ip": ["192.0.2.7:25", "[IPv6:2001:DB8::1]", "::ffff:192.0.2.7"]})
    >>> nw.from_native(table).select(normal_expression(nw.col("ip")))["ip"].to_list()
    ['192.0.2.7', ':2001:db8::::::1', '192.0.2.7']
    """
    import narwhals as nw

    bare = text.str.strip_chars().str.to_lowercase()
    bare = bare.str.replace_all("[", "", literal=True).str.replace_all("ipv6:", "", literal=True)
    bare = bare.str.replace_all(r"[\]/%].*$", "")  # what follows: a port, a network, a zone
    dotted = bare.str.replace_all(r"^[0:]*:ffff:", "")
    is_dotted = dotted.str.contains(r"^[0-9]+\.")
    dotted = dotted.str.replace_all(r":.*$", "")

    groups = nw.concat_str([nw.lit(":"), bare])
    colons = groups.str.len_chars() - groups.str.replace_all(":", "", literal=True).str.len_chars()
    expanded = groups
    for there in range(2, 10):  # eight in all: :: stands for those that are not there
        filled = groups.str.replace_all("::", ":" * (10 - there), literal=True)
        expanded = nw.when(colons == there).then(filled).otherwise(expanded)
    for zeros in (":000", ":00", ":0"):
        expanded = expanded.str.replace_all(zeros, ":", literal=True)

    odd = nw.when(is_dotted).then(dotted).otherwise(expanded)
    return nw.when(text.str.contains(r"[^0-9.]")).then(odd).otherwise(text)
