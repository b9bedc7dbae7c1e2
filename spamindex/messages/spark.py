"""Message records counted on a Spark cluster, through Spark Connect."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from spamindex.errors import FileError, Findings, SpamIndexError
from spamindex.messages.counting import count
from spamindex.messages.integrity import refuse_bad
from spamindex.messages.query import Counts
from spamindex.messages.roles import question

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

INSTALL = "pip install 'spamindex[spark]'"
_CORRUPT = "_corrupt_record"  # Spark's own name for the text of a line that it can't read
_FORMATS = {".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json"}


def counted(paths: Sequence[str], remote: str | None, *, skip_bad: bool, **asked: Any) -> Counts:
    """Count the records in files of the cluster; only numbers by label come back.

    ``remote`` is the address of a Spark Connect server; without it that in SPARK_REMOTE. What a
    path ends in says what is in it: CSV and JSON lines, else Parquet. ``asked`` is as for
    ``roles.question``. Raises a SpamIndexError where there is no Spark, or it can't.
    """
    try:
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SpamIndexError(f"counting on Spark needs its client: {INSTALL}") from error
    where = remote or os.environ.get("SPARK_REMOTE")
    if not where:
        raise SpamIndexError("--engine spark needs a server: --remote sc://host:15002")
    try:
        with _session(SparkSession.builder.remote(where)) as spark:
            records = _records(spark, paths)
            unreadable = "_unreadable" if _CORRUPT in records.columns else None
            columns = [name for name in records.columns if name != _CORRUPT]
            if unreadable:
                records = records.withColumn(unreadable, records[_CORRUPT].isNotNull())
            asked_for = question(columns, unreadable=unreadable, **asked)
            counts = count(records, asked_for, bring=spark.createDataFrame)
    except (PySparkException, grpc.RpcError) as error:
        text = " ".join(str(error).split("\n\nJVM stacktrace")[0].split())
        raise FileError(f"Spark at {where}: {text[:400]}") from error
    doubts = refuse_bad(counts.unreadable, counts.read, None, skip_bad=skip_bad)
    Findings(where, doubts=doubts).warn()
    return counts


@contextmanager
def _session(builder: Any) -> Iterator[SparkSession]:
    session = builder.getOrCreate()
    try:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        # Or a line with too few cells goes unnoticed where the rest of it is not asked for.
        session.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")
        yield session
    finally:
        session.stop()


def _records(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    from pyspark.sql.types import StringType, StructType

    kinds = {_FORMATS.get(_suffix(path), "parquet") for path in paths}
    if len(kinds) > 1:
        raise FileError(f"{', '.join(paths)}: are of several kinds; count them apart")
    kind = kinds.pop()
    if kind == "parquet":
        return spark.read.parquet(*paths)
    if kind == "json":
        return spark.read.json(list(paths), primitivesAsString=True)
    separator = "\t" if _suffix(paths[0]) == ".tsv" else ","
    headed = spark.read.csv(list(paths), header=True, sep=separator)
    schema = StructType()
    for name in [*headed.columns, _CORRUPT]:
        schema = schema.add(name, StringType())
    return spark.read.csv(
        list(paths), schema=schema, header=True, sep=separator, quote='"', escape='"',
        columnNameOfCorruptRecord=_CORRUPT, enforceSchema=False, multiLine=True,
    )  # fmt: skip


def _suffix(path: str) -> str:
    stem, suffix = os.path.splitext(path.rstrip("/").lower())
    return os.path.splitext(stem)[1] if suffix in (".gz", ".bz2", ".zst") else suffix
