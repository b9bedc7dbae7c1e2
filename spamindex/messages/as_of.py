"""Messages and fingerprints over time in; each message with the label of its time out.

Messages and sightings are put in one order by time, in which each message takes the label that
stands last before it. So the cost does not grow with how often clients change; and only messages
whose client changes are put in order.
"""

from __future__ import annotations

from typing import Any

from spamindex.messages import times
from spamindex.messages.frames import Bring, Frame, lazy, null, nw, when
from spamindex.messages.query import Question

_FAR = 1 << 53  # seconds: after every message, and before if negative
_OF_CLOCK = {0: "local", 1: "zoned", 2: "timeless", 3: "mistimed"}  # see ``times.clock``
TOLD = tuple(_OF_CLOCK.values())  # what is counted of the times that matter


def joined(told: Frame, question: Question, bring: Bring, keep: Bring) -> Frame:
    """Messages with the label of their client that was the last one until then.

    ``told`` has the columns ``known`` (the latest label of the client, or null), whether that
    ``changes``, the ``number`` of the client, ``time`` as text, ``bad``, and others, which stay.
    ``changes``, ``number`` and ``time`` go, and there is 0 or 1 for each of ``TOLD``, and, with
    ``fresh``, whether the label is ``stale``. ``keep`` keeps a frame that is asked twice.
    """
    assert question.fingerprints is not None
    # Compared, since pandas keeps what is true, false or missing as objects.
    changes = (nw.col("changes") == nw.lit(True)).fill_null(False)
    moves = ~nw.col("known").is_null() if question.fresh else changes
    told = lazy(keep(told.with_columns(time=when(moves, nw.col("time"), null())).to_native()))
    results: dict[str, nw.Expr] = {name: nw.lit(0) for name in TOLD}
    if question.fresh:
        results["stale"] = nw.lit(False)
    still = told.filter(~moves).drop("time", "changes", "number").with_columns(**results)
    moving = _timed(told.filter(moves).drop("known", "changes"))
    number = nw.col("number").cast(nw.Int64)  # which pandas makes fractions, as some are missing

    known = nw.from_native(bring(question.fingerprints.over_time)).lazy()
    if not question.fresh:  # what a client that never changes has is known
        known = known.filter(nw.col("changes"))
    before = nw.col("since") - nw.lit(question.fresh) if question.fresh else nw.lit(-_FAR)
    since = when(nw.col("first"), before, nw.col("since")).cast(nw.Int64)
    seen = known.select(number=number, at=since, known=nw.col("known"))
    moving = moving.with_columns(number=number, known=null(), message=nw.lit(1))
    if question.fresh:
        seen = seen.with_columns(since=nw.col("at"))
        moving = moving.with_columns(since=nw.lit(-2 * _FAR).cast(nw.Int64))
    schema = moving.collect_schema()
    there = set(seen.collect_schema().names())
    empty = {name: _empty(dtype) for name, dtype in schema.items() if name not in there}
    seen = seen.with_columns(**empty).select(*schema.names())
    order = ["at", "message"]
    filled = {"known": nw.col("known").fill_null(strategy="forward").over("number", order_by=order)}
    if question.fresh:  # of sightings in the order of time the last is the latest
        filled["since"] = nw.col("since").cum_max().over("number", order_by=order)
    moving = nw.concat([moving, seen], how="vertical").with_columns(**filled)
    moving = moving.filter(nw.col("message") == nw.lit(1))
    if question.fresh:
        stale = (nw.col("at") - nw.col("since") > nw.lit(question.fresh)).fill_null(False)
        results |= {"stale": stale, "known": when(stale, null(), nw.col("known"))}
    for clock, name in _OF_CLOCK.items():
        is_so = ~nw.col("bad") & (nw.col("clock") == nw.lit(clock))
        results[name] = when(is_so, nw.lit(1), nw.lit(0))
    moving = moving.with_columns(**results).select(*still.collect_schema().names())
    return nw.concat([still, moving], how="vertical")


def _timed(told: Frame) -> Frame:
    """Messages with ``at`` in seconds, and their ``clock``."""
    written, plain = nw.col("time"), nw.col("plain")
    # In steps, each of which an engine computes once.
    told = told.with_columns(plain=times.is_plain(written))
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
    return told.drop("time", "stamp", "base", "plain")


def _empty(dtype: Any) -> nw.Expr:
    """What a column holds of a sighting, which is no message."""
    if dtype == nw.String:
        return null()
    return (nw.lit(False) if dtype == nw.Boolean else nw.lit(0)).cast(dtype)
