"""An address is one, however it is written."""

from __future__ import annotations

import ipaddress
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spamindex
from spamindex.messages.addresses import is_address, normal_expression, normalized
from spamindex.messages.frames import collected
from spamindex.messages.opening import read_fingerprints
from tests.messages.tallying import LOG


def groups(address: ipaddress.IPv6Address) -> str:
    return "".join(":" + group.lstrip("0") for group in address.exploded.split(":"))


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@settings(max_examples=30)
@given(st.lists(ADDRESSES, min_size=1, max_size=20), st.integers(0, 6))
def test_an_address_is_the_same_in_every_spelling(
    addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address], how: int
) -> None:
    def written(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        if isinstance(address, ipaddress.IPv4Address):
            return [
                str(address), f"{address}:25", f"[{address}]", f"::ffff:{address}",
                f"[IPv6:::FFFF:{address}]:25", f" {address}/32", f"0:0:0:0:0:ffff:{address}",
            ][how]  # fmt: skip
        return [
            str(address), address.exploded, f"[{address}]:25", f"[IPv6:{address}]",
            str(address).upper(), f"{address}%eth0", f"{address}/128",
        ][how]  # fmt: skip

    texts = [written(address) for address in addresses]
    expected = [str(a) if isinstance(a, ipaddress.IPv4Address) else groups(a) for a in addresses]
    for native in (pd.DataFrame({"a": texts}), pl.DataFrame({"a": texts})):
        frame_ = nw.from_native(native).select(normal_expression(nw.col("a")))
        for address, found, wanted in zip(addresses, frame_["a"], expected, strict=True):
            # Written with dots, one that is mapped is its IPv4.
            of = None if isinstance(address, ipaddress.IPv4Address) else address.ipv4_mapped
            assert found in (wanted, str(of))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1:2:3:4:5:6:7::", ":1:2:3:4:5:6:7:"),
        ("::2:3:4:5:6:7:8", "::2:3:4:5:6:7:8"),
        ("::", "::::::::"),
        ("::1", "::::::::1"),
        ("1::", ":1:::::::"),
        ("", ""),
    ],
)
def test_the_ends_of_an_ipv6_address(written: str, expected: str) -> None:
    for native in (pd.DataFrame({"a": [written]}), pl.DataFrame({"a": [written]})):
        found = nw.from_native(native).select(normal_expression(nw.col("a")))["a"].to_list()
        assert found == [expected]


def test_a_mapped_address_in_hex_meets_its_ipv4() -> None:
    log = read_fingerprints([LOG])
    table = pd.DataFrame({"ip": ["::ffff:c000:28c", "0:0:0:0:0:FFFF:C000:028C", "192.0.2.140"]})
    result = spamindex.tally(table, client="ip", fingerprints=log)
    assert result["os"].tolist() == ["macOS"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("::ffff:c000:28c", "192.0.2.140"),
        ("::FFFF:0102:0304", "1.2.3.4"),
        ("::ffff:0:7", "0.0.0.7"),
        ("::ffff:7f01:0", "127.1.0.0"),
        ("0:0:0:0:0:ffff:a00:1", "10.0.0.1"),
        ("::ffff:1:ffff", "0.1.255.255"),
        ("::ffff:ffff:100", "255.255.1.0"),
        ("::ffff:9abc:def0", "154.188.222.240"),
        ("::fffe:a00:1", "::::::fffe:a00:1"),
        ("mx.example.org", "mx.example.org"),
    ],
)
def test_an_ipv4_address_that_is_mapped_in_hex(written: str, expected: str) -> None:
    natives: tuple[Any, ...] = (
        pd.DataFrame({"a": [written, None]}),
        pl.DataFrame({"a": [written, None]}),
        duckdb.sql(f"select unnest(['{written}', null]) as a"),
    )
    for native in natives:
        found = nw.from_native(native).lazy()
        cells = [cell for (cell,) in collected(normalized(found, "a"))]
        assert [cell if isinstance(cell, str) else None for cell in cells] == [expected, None]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mail.example.org[192.0.2.8]", "192.0.2.8"),
        ("mail.example.org [192.0.2.8] (may be forged)", "192.0.2.8"),
        ("<192.0.2.8>", "192.0.2.8"),
        ("([198.51.100.3]) [192.0.2.8]", "192.0.2.8"),  # Exim, of a client that says so
        ("[10.0.0.1] (unknown [192.0.2.8])", "192.0.2.8"),  # Received
        ("192.0.2.8#53", "192.0.2.8"),
        ("unknown[2001:db8::1]:25", ":2001:db8::::::1"),
    ],
)
def test_an_address_among_what_a_mail_server_writes(written: str, expected: str) -> None:
    for native in (pd.DataFrame({"a": [written]}), pl.DataFrame({"a": [written]})):
        found = nw.from_native(native).select(normal_expression(nw.col("a")))["a"].to_list()
        assert found == [expected]


@pytest.mark.parametrize(
    "written",
    ["mail.example.org", "12:30", "192.0.2.256", "1:2:3", "1::2::3", "1:2:3:4:5:6:7:", ":::"],
)
def test_what_is_no_address_is_known_for_none(written: str) -> None:
    for native in (pd.DataFrame({"a": [written]}), pl.DataFrame({"a": [written]})):
        normal = normal_expression(nw.col("a"))
        found = nw.from_native(native).select(a=is_address(normal))["a"].to_list()
        assert found == [False]
