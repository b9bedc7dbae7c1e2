"""Records on a cluster, through Spark Connect: read, counted and sampled there.

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
from spamindex.messages.counting import counts_of
from spamindex.messages.fingerprints import OWN_MAIL, UNREADABLE, Fingerprints, doubt_own_mail
from spamindex.messages.formats import KINDS, Format, detect_text_format
from spamindex.messages.frames import first_cells
from spamindex.messages.integrity import doubt_bad_lines, doubt_joined_lines
from spamindex.messages.opening import check_alike, fingerprints_of
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import Question
from spamindex.messages.records import ROW, Records
from spamindex.messages.relations import refuse_folders
from spamindex.messages.tallies import Counts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

INSTALL = "pip install 'spamindex[spark]'"
_CORRUPT = "_corrupt_record"  # Spark's own name for the text of a line that it can't read
_FIRST = 100  # lines that say what is in a file


def _json_values(json: str, paths: Sequence[Sequence[str]]) -> str:
    plain = str.maketrans("'\"\\", "???")  # which leads to nothing
    steps = ["".join(f"['{key.translate(plain)}']" for key in keys) for keys in paths]
    return "array(" + ", ".join(f'get_json_object({json}, "${step}")' for step in steps) + ")"


_PARTS = (
    f"'{name}', regexp_extract(line, r'{fingerprints.SYN}', {i})"
    for i, name in enumerate(("time", "client", "server", "os"), start=1)
)
_SQL = fingerprints.Dialect(
    f"named_struct({', '.join(_PARTS)})", "try_element_at", "regexp_like", "try_to_timestamp",
    "yyyy-MM-dd HH:mm:ss", _json_values, f", {ROW}",
)  # fmt: skip
# Where a record stands, as text that sorts so: the lines of a file are read in several pieces.
_PLACE = """concat(_metadata.file_path, lpad(_metadata.file_block_start, 20, '0'),
                   lpad(monotonically_increasing_id(), 20, '0'))"""


@contextmanager
def open_remote(
    paths: Sequence[str],
    remote: str,
    *,
    logs: Sequence[str] = (),
    zone: str | None = None,
    ports: Collection[str] | None = None,
    skip_bad: bool = False,
) -> Iterator[RemoteRecords]:
    """Open files of a cluster, as ``opening.open_records`` does those of this machine.

    ``remote`` is the address of a Spark Connect server. The files are Parquet, delimited text, JSON
    lines or p0f logs, told by how they begin; ``logs`` are files here. Raises a SpamIndexError
    where there is no Spark, or it can't.
    """
    try:
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SpamIndexError(f"counting on Spark needs its client: {INSTALL}") from error
    known, said = fingerprints_of(logs, zone=zone, skip_bad=skip_bad) if logs else (None, None)
    findings = Findings(paths[0] if len(paths) == 1 else f"{len(paths)} paths")
    said_of = [findings] if said is None else [said, findings]
    try:
        with _session(SparkSession.builder.remote(remote)) as spark:
            frame, kind = _records(spark, paths, ports)
            yield RemoteRecords(spark, frame, kind, paths, known, said_of)
    except (PySparkException, grpc.RpcError) as error:
        text = " ".join(str(error).split("\n\nJVM stacktrace")[0].split())
        raise FileError(f"Spark at {remote}: {text[:400]}") from error


@dataclass
class RemoteRecords(Records):
    """Records of the cluster, at ``paths`` of it, as a ``frame`` of Spark."""

    spark: SparkSession
    frame: DataFrame
    kind: str
    paths: Sequence[str]
    known: Fingerprints | None
    findings: list[Findings]

    def __post_init__(self) -> None:
        self.columns = [name for name in self.frame.columns if name not in (ROW, UNREADABLE)]

    def question(self, options: RecordOptions) -> Question:
        """The same, but for columns that hold several values in a cell, which are refused."""
        found = super().question(options)
        for name in found.columns:
            if self.frame.schema[name].dataType.typeName() in ("array", "struct", "map"):
                raise _only_here(f"{self.paths[0]}: column {name!r} holds several values in a cell")
        there = UNREADABLE in self.frame.columns
        return replace(found, unreadable=UNREADABLE if there else None)

    def _add_path(self, name: str) -> bool:
        if (inner := _inner(self.frame, name)) is not None:
            self.frame = self.frame.withColumn(name, inner)
        return inner is not None

    def _first_cells(self, columns: Sequence[str]) -> dict[str, list[str]]:
        frame, plain = self._plain()
        found = first_cells(frame, [plain[name] for name in columns])
        return {name: found[plain[name]] for name in columns if plain[name] in found}

    def _keys(self) -> dict[str, list[list[str]]]:
        lines = self.spark.read.text(list(self.paths))
        keys = lines.selectExpr("_metadata.file_path", "json_object_keys(value) as keys").distinct()
        lists: dict[str, list[list[str]]] = {}
        for path, of_object in keys.where("keys is not null").collect():
            lists.setdefault(path, []).append(of_object)
        return lists

    def _plain(self) -> tuple[DataFrame, dict[str, str]]:
        """The records, and new names: a dot in a name leads into a column for Spark."""
        plain = {name: name.replace(".", "_") for name in self.frame.columns}
        if len(set(plain.values())) < len(plain):
            plain = {name: name for name in plain}
        return self.frame.toDF(*plain.values()), plain

    def counted(self, asked: Question, *, skip_bad: bool) -> Counts:
        """Count them; the lines that can't be read are told without their numbers."""
        from pyspark.sql import functions

        frame, plain = self._plain()
        counts = counts_of(frame, asked.renamed(plain), bring=self._bring)
        findings = self.findings[-1]
        if not counts.read:
            raise FileError(f"{findings.name}: has no record of a message")
        if self.kind == "csv":  # which Spark joins without a word
            cells = functions.concat_ws("", *(f"`{plain[name]}`" for name in self.columns))
            ends = functions.length(cells) - functions.length(
                functions.replace(cells, functions.lit("\n"))
            )
            [(number,)] = frame.agg(functions.sum(ends)).collect()
            findings.doubts += doubt_joined_lines(number or 0)
        if self.kind == "p0f":
            self.frame.createOrReplaceTempView("log")
            findings.doubts += doubt_own_mail(self.spark.sql(OWN_MAIL).collect())
        findings.doubts += doubt_bad_lines(counts.unreadable, counts.read, None, skip_bad=skip_bad)
        return counts

    def _numbered(self) -> tuple[Any, dict[str, str]]:
        aliases = {name: f"column{i}" for i, name in enumerate(self.frame.columns)} | {ROW: ROW}
        return self.frame.toDF(*aliases.values()), aliases

    def _bring(self, table: Any) -> Any:
        return self.spark.createDataFrame(table)

    def _queried(self, spam: Any, sql: str) -> list[Sequence[Any]]:
        spam.createOrReplaceTempView("spam")
        return list(self.spark.sql(sql).collect())


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
        formats = {
            path: detect_text_format(path, "\n".join(first[path]).encode()) for path in paths
        }
        check_alike(formats, {path: path for path in paths})
        format_ = formats[paths[0]]
        kind, read = format_.kind, _reader(spark, paths[0], format_)
    if kind == "p0f":
        lines = read([*paths]).select(functions.col("value").alias("line"), place)
        lines.createOrReplaceTempView("lines")
        found = spark.sql(fingerprints.connections_sql(format_.event_path, _SQL))
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
    raise _only_here(f"{path}: is {KINDS[format_.kind]}{but}")


def _only_here(what: str) -> FileError:
    return FileError(
        f"{what}; count a copy of it here, without a cluster",
        settles=[Remedy("remote", None, "is for Parquet, tables, JSON lines and p0f logs")],
    )


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
