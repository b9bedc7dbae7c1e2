"""An address is one, however it is written."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spamindex
from spamindex.messages.frames import collect_rows, normalize_addresses
from spamindex.messages.opening import read_fingerprints
from tests.messages.tallying import LOG


def groups(address: ipaddress.IPv6Address) -> str:
    return "".join(":" + group.lstrip("0") for group in address.exploded.split(":"))


def duckdb_frame(columns: dict[str, list[str | None]]) -> duckdb.DuckDBPyRelation:
    return duckdb.from_df(pd.DataFrame(columns))


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@settings(max_examples=12)
@given(st.lists(st.tuples(ADDRESSES, st.integers(0, 6)), min_size=10, max_size=40))
def test_an_address_is_the_same_in_every_spelling(
    addresses: list[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]],
) -> None:
    def written(address: ipaddress.IPv4Address | ipaddress.IPv6Address, how: int) -> str:
        if isinstance(address, ipaddress.IPv4Address):
            return [
                str(address), f"{address}:25", f"[{address}]", f"::ffff:{address}",
                f"[IPv6:::FFFF:{address}]:25", f" {address}/32", f"0:0:0:0:0:ffff:{address}",
            ][how]  # fmt: skip
        return [
            str(address), address.exploded, f"[{address}]:25", f"[IPv6:{address}]",
            str(address).upper(), f"{address}%eth0", f"{address}/128",
        ][how]  # fmt: skip

    texts = [written(address, how) for address, how in addresses]
    # Written with dots or in hex, one that is mapped is its IPv4.
    mapped = [getattr(address, "ipv4_mapped", None) or address for address, _ in addresses]
    expected = [str(a) if isinstance(a, ipaddress.IPv4Address) else groups(a) for a in mapped]
    for native in (pd.DataFrame({"a": texts}), pl.DataFrame({"a": texts})):
        assert spelled(native) == expected


def spelled(native: Any) -> list[str | None]:
    told = normalize_addresses(nw.from_native(native).lazy(), "a")
    found = [cell for (cell,) in collect_rows(told.select("a"))]
    return [cell if isinstance(cell, str) else None for cell in found]


SPELLED: dict[str | None, str | None] = {
    # The ends of an IPv6 address.
    "1:2:3:4:5:6:7::": ":1:2:3:4:5:6:7:",
    "::2:3:4:5:6:7:8": "::2:3:4:5:6:7:8",
    "::": "::::::::",
    "::1": "::::::::1",
    "1::": ":1:::::::",
    "": "",
    # An IPv4 address that is mapped in hex.
    "::ffff:c000:28c": "192.0.2.140",
    "::FFFF:0102:0304": "1.2.3.4",
    "::ffff:0:7": "0.0.0.7",
    "::ffff:7f01:0": "127.1.0.0",
    "0:0:0:0:0:ffff:a00:1": "10.0.0.1",
    "::ffff:1:ffff": "0.1.255.255",
    "::ffff:ffff:100": "255.255.1.0",
    "::ffff:9abc:def0": "154.188.222.240",
    "::fffe:a00:1": "::::::fffe:a00:1",
    "mx.example.org": "mx.example.org",
    # What a mail server writes around it.
    "mail.example.org[192.0.2.8]": "192.0.2.8",
    "mail.example.org [192.0.2.8] (may be forged)": "192.0.2.8",
    "<192.0.2.8>": "192.0.2.8",
    "([198.51.100.3]) [192.0.2.8]": "192.0.2.8",  # Exim, of a client that says so
    "[10.0.0.1] (unknown [192.0.2.8])": "192.0.2.8",  # Received
    "[192.0.2.8] [192.0.2.7]": "two",  # amavis, of the client and the origin
    "mx [192.0.2.8] i=[192.0.2.7]:25": "two",  # Exim, with its own address
    "192.0.2.8#53": "192.0.2.8",
    "192.0.2.8/51906": "192.0.2.8",  # p0f
    "unknown[2001:db8::1]:25": ":2001:db8::::::1",
    None: None,
}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, duckdb_frame])
def test_each_spelling_becomes_the_one_in_which_addresses_are_compared(
    frame: Callable[[Any], Any],
) -> None:
    assert dict(zip(SPELLED, spelled(frame({"a": [*SPELLED]})), strict=True)) == SPELLED


def test_a_mapped_address_in_hex_meets_its_ipv4() -> None:
    log = read_fingerprints([LOG])
    table = pd.DataFrame({"ip": ["::ffff:c000:28c", "0:0:0:0:0:FFFF:C000:028C", "192.0.2.140"]})
    result = spamindex.tally(table, client="ip", fingerprints=log)
    assert result["os"].tolist() == ["macOS"]


NO_ADDRESSES = [
    "mail.example.org", "12:30", "192.0.2.256", "1:2:3", "1::2::3", "1:2:3:4:5:6:7:", ":::", "1:::2",
    ":", "<:>", "192.0.2.1/24", "192.0.2.0/8", "2001:db8::/64", "192.0.2.2.",
]  # fmt: skip


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, duckdb_frame])
def test_what_is_no_address_is_known_for_none(frame: Callable[[Any], Any]) -> None:
    told = normalize_addresses(nw.from_native(frame({"a": NO_ADDRESSES})).lazy(), "a")
    found = collect_rows(told.select("is_address"))
    assert [bool(one) for (one,) in found] == [False] * len(NO_ADDRESSES)
