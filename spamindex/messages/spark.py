"""Message records counted, and sampled, on a Spark cluster, through Spark Connect.

Paths of the cluster in, Counts or picked records out; only these leave it.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from spamindex.errors import FileError, Findings, Remedy, SpamIndexError
from spamindex.messages import fingerprints
from spamindex.messages.counting import counts_of, spam_of
from spamindex.messages.fingerprints import OWN_MAIL, UNREADABLE, Fingerprints, own_mail
from spamindex.messages.formats import KINDS, Format, of_text
from spamindex.messages.frames import first_cells
from spamindex.messages.integrity import joined, refuse_bad
from spamindex.messages.json_records import refuse_halves
from spamindex.messages.opening import check_alike, fingerprints_of
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import Counts, Question, question, with_symbol
from spamindex.messages.records import ROW, labels_for, picking
from spamindex.messages.relations import refuse_folders
from spamindex.words import headed

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

INSTALL = "pip install 'spamindex[spark]'"
_CORRUPT = "_corrupt_record"  # Spark's own name for the text of a line that it can't read
_FIRST = 100  # lines that say what is in a file


def _values(json: str, paths: Sequence[Sequence[str]]) -> str:
    plain = str.maketrans("'\"\\", "???")  # which leads to nothing
    steps = ["".join(f"['{key.translate(plain)}']" for key in keys) for keys in paths]
    return "array(" + ", ".join(f'get_json_object({json}, "${step}")' for step in steps) + ")"


_SQL = fingerprints.Dialect(
    "split(line, '[|]')", "try_element_at", "regexp_like", "try_to_timestamp",
    "yyyy-MM-dd HH:mm:ss", _values, f", {ROW}",
)  # fmt: skip
# Where a record stands, as text that sorts so: the lines of a file are read in several pieces.
_PLACE = """concat(_metadata.file_path, lpad(_metadata.file_block_start, 20, '0'),
                   lpad(monotonically_increasing_id(), 20, '0'))"""


def counted(
    paths: Sequence[str],
    remote: str,
    options: RecordOptions,
    *,
    logs: Sequence[str] = (),
    zone: str | None = None,
    ports: Collection[str] | None = None,
    skip_bad: bool = False,
) -> tuple[Counts, list[Findings]]:
    """Count the records in files of the cluster, and what is to be said of them.

    ``remote`` is the address of a Spark Connect server. The files are Parquet, delimited text, JSON
    lines or p0f logs, told by how they begin; ``logs`` are files here. Raises a SpamIndexError
    where there is no Spark, or it can't.
    """
    known, said = _known(logs, zone, skip_bad=skip_bad)
    with _opened(paths, remote, options, known, ports) as records:
        counts = _count(records, skip_bad)
    return counts, [*said, counts.findings]


def _known(
    logs: Sequence[str], zone: str | None, *, skip_bad: bool
) -> tuple[Fingerprints | None, list[Findings]]:
    if not logs:
        return None, []
    known, said = fingerprints_of(logs, zone=zone, skip_bad=skip_bad)
    return known, [said]


def picked(
    paths: Sequence[str],
    remote: str,
    options: RecordOptions,
    os_: str,
    most: int,
    seed: int,
    *,
    logs: Sequence[str] = (),
    zone: str | None = None,
    ports: Collection[str] | None = None,
    skip_bad: bool = False,
) -> tuple[pd.DataFrame, int, list[Findings]]:
    """Pick records of an OS's spam as ``sampling.pick`` does, the same ones for the same seed."""
    import pandas as pd

    known, said = _known(logs, zone, skip_bad=skip_bad)
    with _opened(paths, remote, options, known, ports) as records:
        counts = _count(records, skip_bad)
        labels = labels_for(os_, counts, records.question)
        frame = records.frame
        names = [name for name in frame.columns if name != ROW]
        aliases = {name: f"column{i}" for i, name in enumerate(names)}
        asked = records.question.renamed(aliases)
        if asked.fingerprints is not None:
            here = asked.fingerprints
            latest, over_time = map(records.spark.createDataFrame, (here.latest, here.over_time))
            there = replace(here, latest=latest, over_time=over_time)
            asked = replace(asked, fingerprints=there)
        shown = {name: aliases[name] for name in records.shown}
        renamed = frame.select(ROW, *(frame[f"`{name}`"].alias(a) for name, a in aliases.items()))
        spam = spam_of(renamed, asked, labels, keep=[ROW, *shown.values()])
        spam.createOrReplaceTempView("spam")
        query = f"select * from ({picking(shown, seed, ROW)}) order by _lot limit {most}"
        found = sorted(records.spark.sql(query).collect(), key=lambda row: str(row[ROW]))
    among = found[0]["_among"] if found else 0
    cells = [[_as_text(row[alias]) for alias in shown.values()] for row in found]
    return pd.DataFrame(cells, columns=[*shown], dtype=object), among, [*said, counts.findings]


def _as_text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


@dataclass(frozen=True)
class _Records:
    """Records of the cluster, the columns that they show, and what is asked of them."""

    spark: SparkSession
    frame: DataFrame
    shown: list[str]
    question: Question
    kind: str


@contextmanager
def _opened(
    paths: Sequence[str],
    remote: str,
    options: RecordOptions,
    known: Fingerprints | None,
    ports: Collection[str] | None,
) -> Iterator[_Records]:
    try:
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SpamIndexError(f"counting on Spark needs its client: {INSTALL}") from error
    try:
        with _session(SparkSession.builder.remote(remote)) as spark:
            yield _asked(spark, paths, options, known, ports)
    except (PySparkException, grpc.RpcError) as error:
        text = " ".join(str(error).split("\n\nJVM stacktrace")[0].split())
        raise FileError(f"Spark at {remote}: {text[:400]}") from error


def _asked(
    spark: SparkSession,
    paths: Sequence[str],
    options: RecordOptions,
    known: Fingerprints | None,
    ports: Collection[str] | None,
) -> _Records:
    frame, kind = _records(spark, paths, ports)
    shown = [name for name in frame.columns if name not in (ROW, UNREADABLE)]

    def add_path(name: str) -> bool:
        nonlocal frame
        if (inner := _inner(frame, name)) is not None:
            frame = frame.withColumn(name, inner)
        return inner is not None

    if kind == "json":
        options = with_symbol(options, shown, known, add_path)
    for name in options.columns:
        if not headed(frame.columns, name):
            add_path(name)
    # A dot in a name leads into a column for Spark, whatever the columns are called.
    plain = {name: name.replace(".", "_") for name in frame.columns}
    if len(set(plain.values())) == len(plain):
        frame = frame.toDF(*plain.values())
    else:
        plain = {name: name for name in frame.columns}

    def cells(names: Sequence[str]) -> dict[str, list[str]]:
        found = first_cells(frame, [plain[name] for name in names])
        return {name: found.get(plain[name], []) for name in names}

    found = question(
        [name for name in plain if name not in (ROW, UNREADABLE)],
        options,
        fingerprints=known,
        cells=cells,
        is_log=kind == "p0f",
        unreadable=UNREADABLE if UNREADABLE in frame.columns else None,
        headings=kind == "csv",
        findings=Findings(paths[0] if len(paths) == 1 else f"{len(paths)} paths"),
    )
    if kind == "json":
        flag = found.spam.column if found.spam and not options.spam else None
        refuse_halves(_keys(spark, paths), [n for n in found.columns if n in shown], flag)
    return _Records(spark, frame, [plain[name] for name in shown], found.renamed(plain), kind)


def _count(records: _Records, skip_bad: bool) -> Counts:
    from pyspark.sql import functions

    asked = records.question
    counts = counts_of(records.frame, asked, bring=records.spark.createDataFrame)
    if not counts.read:
        raise FileError(f"{asked.findings.name}: has no record of a message")
    if records.kind == "csv":  # which Spark joins without a word
        cells = functions.concat_ws("", *(f"`{name}`" for name in records.shown))
        ends = functions.length(cells) - functions.length(
            functions.replace(cells, functions.lit("\n"))
        )
        [(number,)] = records.frame.agg(functions.sum(ends)).collect()
        asked.findings.doubts += joined(number or 0)
    if records.kind == "p0f":
        records.frame.createOrReplaceTempView("log")
        asked.findings.doubts += own_mail(records.spark.sql(OWN_MAIL).collect())
    asked.findings.doubts += refuse_bad(counts.unreadable, counts.read, None, skip_bad=skip_bad)
    return counts


@contextmanager
def _session(builder: Any) -> Iterator[SparkSession]:
    session = builder.getOrCreate()
    try:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        # What the names of folders say is data: 007 is no 7.
        session.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        # Or a line with too few cells goes unnoticed where the rest of it is not asked for.
        session.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")
        yield session
    finally:
        session.stop()


def _inner(frame: DataFrame, path: str) -> Any:
    """What a path such as source.ip or options.0 leads to within a column; None for nothing."""
    from pyspark.sql import functions

    inner: Any = frame.schema
    column: Any = None
    for part in path.split("."):
        fields = {field.name: field.dataType for field in getattr(inner, "fields", ())}
        if part in fields:
            column = frame[f"`{part}`"] if column is None else column.getField(part)
            inner = fields[part]
        elif part.isdecimal() and hasattr(inner, "elementType"):
            column, inner = functions.get(column, functions.lit(int(part))), inner.elementType
        else:
            return None
    return column


def _records(
    spark: SparkSession, paths: Sequence[str], ports: Collection[str] | None
) -> tuple[DataFrame, str]:
    """The files as records, with where each one stands, and their kind."""
    from pyspark.sql import functions

    place = functions.expr(_PLACE).alias(ROW)
    first = {path: _first_lines(spark, path) for path in paths}
    read: Callable[[list[str]], DataFrame] = lambda paths: spark.read.parquet(*paths)  # noqa: E731
    kind = "parquet"
    if any(map(any, first.values())):
        formats = {path: of_text(path, "\n".join(first[path]).encode()) for path in paths}
        check_alike(formats, {path: path for path in paths})
        format_ = formats[paths[0]]
        kind, read = format_.kind, _reader(spark, paths[0], format_)
    if kind == "p0f":
        lines = read([*paths]).select(functions.col("value").alias("line"), place)
        lines.createOrReplaceTempView("lines")
        found = spark.sql(fingerprints.sql(format_.within, _SQL))
        return found.where(found["port"].isin(*ports) | found[UNREADABLE]) if ports else found, kind
    if ports:
        raise FileError(f"{paths[0]}: is no p0f log, and only those say a port")
    found = read([*paths])
    file = found.select("_metadata.file_path").first()
    if file and "=" in (path := urllib.parse.unquote(file[0])):
        refuse_folders([path], read([file[0]]).columns)
    if _CORRUPT in found.columns:
        bad = found[_CORRUPT].isNotNull().alias(UNREADABLE)
        return found.select("*", place, bad).drop(_CORRUPT), kind
    return found.select("*", place), kind


def _reader(spark: SparkSession, path: str, format_: Format) -> Callable[[list[str]], DataFrame]:
    """What reads files of a text format, of which ``path`` is one."""
    if format_.kind == "p0f" and not format_.is_document:
        return spark.read.text
    if format_.kind == "json" and not format_.is_document:
        return partial(spark.read.json, primitivesAsString=True)
    if format_.kind == "csv" and format_.skip == format_.headings:
        return partial(_from_csv, spark, format_)
    but = ", but no lines" if format_.is_document else ""
    but = " below other lines" if format_.skip > 1 else but
    raise FileError(
        f"{path}: is {KINDS[format_.kind]}{but}; count a copy of it here, without a cluster",
        settles=[Remedy("remote", None, "is for Parquet, tables, JSON lines and p0f logs")],
    )


def _keys(spark: SparkSession, paths: Sequence[str]) -> dict[str, list[list[str]]]:
    """The lists of keys that stand in objects of each file, by its path."""
    lines = spark.read.text(list(paths))
    found = lines.selectExpr("_metadata.file_path", "json_object_keys(value) as keys").distinct()
    lists: dict[str, list[list[str]]] = {}
    for path, keys in found.where("keys is not null").collect():
        lists.setdefault(path, []).append(keys)
    return lists


def _first_lines(spark: SparkSession, path: str) -> list[str]:
    """The first lines of a text file; none of Parquet, alone or in a folder."""
    from pyspark.errors import PySparkException

    if path.rstrip("/").lower().endswith(".parquet"):
        return []
    text = spark.read.text(path).where("_metadata.file_block_start = 0").limit(_FIRST)
    try:
        lines = [row["value"] for row in text.collect()]
    except PySparkException:
        if any(path.lower().endswith(end) for end in (".csv", ".tsv", ".log", ".jsonl", ".txt")):
            raise
        return []
    return [] if lines and lines[0].startswith("PAR1") else lines


def _from_csv(spark: SparkSession, format_: Format, paths: list[str]) -> DataFrame:
    from pyspark.sql.types import StringType, StructType

    given: dict[str, Any] = {
        "header": format_.headings, "sep": format_.delimiter, "quote": '"', "escape": '"'
    }  # fmt: skip
    columns = format_.columns
    if format_.headings:  # with the names that Spark gives to columns without a heading
        columns = tuple(spark.read.csv(paths, **given).columns)
    schema = StructType()
    for name in [*columns, _CORRUPT]:
        schema = schema.add(name, StringType())
    return spark.read.csv(
        paths, schema=schema, columnNameOfCorruptRecord=_CORRUPT, enforceSchema=False,
        multiLine=True, **given,
    )  # fmt: skip
