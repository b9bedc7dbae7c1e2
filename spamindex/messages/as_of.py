"""Messages in, each with the label that its client's fingerprint had when it came: an as-of join.

Messages and sightings are put in one order by time, in which each message takes the label that
stands last before it. So the cost does not grow with how often clients change.
"""

from __future__ import annotations

from typing import Any

from spamindex.messages import times
from spamindex.messages.addresses import normal_expression
from spamindex.messages.frames import Bring, Frame, null, nw, text, when
from spamindex.messages.query import Question

_FAR = 1 << 53  # seconds: after every message, and before if negative
_OF_CLOCK = {0: "local", 1: "zoned", 2: "timeless", 3: "mistimed"}  # see ``times.clock``
TOLD = tuple(_OF_CLOCK.values())  # what is counted of the times that matter


def joined(told: Frame, question: Question, bring: Bring) -> Frame:
    """Messages with the label of their client that was the last one until then.

    ``told`` has the columns ``client``, ``time`` as text, ``bad``, and others, which stay. Instead
    of the first two the result has ``normal`` (the address in its normal form), ``known`` (the
    label, or null), 0 or 1 for each of ``TOLD``, and, with ``fresh``, whether it is ``stale``.
    """
    assert question.fingerprints is not None
    if told.implementation.is_dask() or told.implementation.is_ibis():
        told = told.collect(backend="pandas").lazy()  # they can't look back in an order
        bring = lambda table: table  # noqa: E731
    others = [c for c in told.collect_schema().names() if c not in ("client", "time")]
    told = _timed(told)
    known = nw.from_native(bring(question.fingerprints.over_time)).lazy()
    if not question.fresh:  # of a client that never changes, the first time says it all
        known = known.filter(nw.col("changes") | nw.col("first"))
    before = nw.col("since") - nw.lit(question.fresh) if question.fresh else nw.lit(-_FAR)
    since = when(nw.col("first"), before, nw.col("since")).cast(nw.Int64)
    # Whether the client changes is the first character of the label: one column less to carry.
    changes = when(nw.col("changes"), nw.lit("1"), nw.lit("0"))
    seen = known.select(
        normal=nw.col("client"), at=since, known=nw.concat_str([changes, nw.col("known")])
    )
    told = told.with_columns(known=null(), message=nw.lit(1))
    if question.fresh:
        seen = seen.with_columns(since=nw.col("at"))
        told = told.with_columns(since=nw.lit(-2 * _FAR).cast(nw.Int64))
    schema = told.collect_schema()
    there = set(seen.collect_schema().names())
    empty = {name: _empty(dtype) for name, dtype in schema.items() if name not in there}
    seen = seen.with_columns(**empty).select(*schema.names())
    order = ["at", "message"]
    filled = {"known": nw.col("known").fill_null(strategy="forward").over("normal", order_by=order)}
    if question.fresh:  # of sightings in the order of time the last is the latest
        filled["since"] = nw.col("since").cum_max().over("normal", order_by=order)
    told = nw.concat([told, seen], how="vertical").with_columns(**filled)
    told = told.filter(nw.col("message") == nw.lit(1))
    matters = nw.col("known").str.starts_with("1").fill_null(False)
    label = nw.col("known").str.slice(1)
    results: dict[str, nw.Expr] = {}
    if question.fresh:
        stale = (nw.col("at") - nw.col("since") > nw.lit(question.fresh)).fill_null(False)
        results["stale"] = stale
        matters = ~nw.col("known").is_null()
        label = when(stale, null(), label)
    for clock, name in _OF_CLOCK.items():
        is_so = matters & ~nw.col("bad") & (nw.col("clock") == nw.lit(clock))
        results[name] = when(is_so, nw.lit(1), nw.lit(0))
    return told.select(*others, "normal", known=label, **results)


def _timed(told: Frame) -> Frame:
    """Messages with their ``normal`` address, ``at`` in seconds, and their ``clock``."""
    written, plain = nw.col("time"), nw.col("plain")
    # In steps, each of which an engine computes once.
    told = told.with_columns(
        normal=normal_expression(text("client")), plain=times.is_plain(written)
    )
    told = told.with_columns(time=times.stripped(written, plain))
    told = told.with_columns(stamp=times.stamp(written, plain), clock=times.clock(written, plain))
    if told.implementation.is_duckdb():
        native: Any = told.to_native()
        base = "epoch_ms(stamp::timestamp) // 1000"  # which is quicker than from parts of the date
        told = nw.from_native(native.query("told", f"select *, {base} as base from told")).lazy()
    else:
        told = told.with_columns(base=times.since_1970(nw.col("stamp")))
    at = times.seconds(written, nw.col("base"), plain)
    told = told.with_columns(at=when(nw.col("clock") <= nw.lit(1), at, nw.lit(_FAR)).cast(nw.Int64))
    return told.drop("time", "stamp", "base", "plain", "client")


def _empty(dtype: Any) -> nw.Expr:
    """What a column holds of a sighting, which is no message."""
    if dtype == nw.String:
        return null()
    return (nw.lit(False) if dtype == nw.Boolean else nw.lit(0)).cast(dtype)
