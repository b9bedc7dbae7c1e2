"""Records on a cluster, read, counted and sampled by Spark Connect: paths in, Counts or a pick out.

Only counts and the picked records leave the cluster.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spamindex.errors import Doubt, FileError, Findings, Remedy, SpamIndexError, counted, install
from spamindex.messages import fingerprints
from spamindex.messages.counting import counts_of
from spamindex.messages.fingerprints import OWN_MAIL, UNREADABLE, Fingerprints, doubt_own_mail
from spamindex.messages.formats import KINDS, Format, detect_text_format
from spamindex.messages.frames import PREVIEW, first_cells
from spamindex.messages.integrity import doubt_bad_lines, doubt_joined_lines
from spamindex.messages.opening import check_alike, fingerprints_of
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import Question
from spamindex.messages.records import ROW, Records
from spamindex.messages.relations import refuse_folders
from spamindex.messages.tallies import Counts
from spamindex.words import MISSING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_CORRUPT = "_corrupt_record"  # Spark's own name for the text of an unreadable line


def _json_values(json: str, paths: Sequence[Sequence[str]]) -> str:
    unquoted = str.maketrans("'\"\\", "???")  # a path with a question mark finds nothing
    steps = ["".join(f"['{key.translate(unquoted)}']" for key in keys) for keys in paths]
    return "array(" + ", ".join(f'get_json_object({json}, "${step}")' for step in steps) + ")"


_PARTS = (
    f"'{name}', regexp_extract(line, r'{fingerprints.SYN}', {i})"
    for i, name in enumerate(("time", "client", "server", "os"), start=1)
)
_SQL = fingerprints.Dialect(
    f"named_struct({', '.join(_PARTS)})", "try_element_at", "regexp_like", "try_to_timestamp",
    "yyyy-MM-dd HH:mm:ss", _json_values, f", {ROW}",
)  # fmt: skip
# The position of a record as text that sorts: the lines of a file are read in several pieces.
_POSITION = """concat(_metadata.file_path, lpad(_metadata.file_block_start, 20, '0'),
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
    """Open files of a cluster, as ``opening.open_records`` opens those of this machine.

    ``remote`` is the address of a Spark Connect server. The files are Parquet, delimited text, JSON
    lines or p0f logs, recognized by their beginning; ``logs`` are files of this machine. Raises a
    SpamIndexError where Spark is missing, or can't read them.
    """
    try:
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SpamIndexError(f"counting on Spark needs its client: {install('spark')}") from error
    findings = [Findings(paths[0] if len(paths) == 1 else f"{len(paths)} paths")]
    known = None
    if logs:
        known, of_logs = fingerprints_of(logs, zone=zone, skip_bad=skip_bad)
        findings.insert(0, of_logs)
    try:
        with _session(SparkSession.builder.remote(remote)) as spark:
            frame, kind = _records(spark, paths, ports)
            yield RemoteRecords(spark, frame, kind, paths, known, findings)
    except (PySparkException, grpc.RpcError) as error:
        message = " ".join(str(error).split("\n\nJVM stacktrace")[0].split())
        raise FileError(f"Spark at {remote}: {message[:400]}") from error


@contextmanager
def _session(builder: Any) -> Iterator[SparkSession]:
    session = builder.getOrCreate()
    try:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        # Partitions in the names of folders are text: 007 is not 7.
        session.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        # With pruning, a line with too few cells goes unnoticed if the missing ones are not used.
        session.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")
        yield session
    finally:
        session.stop()


@dataclass
class RemoteRecords(Records):
    """Records at ``paths`` of the cluster, as a ``frame`` of Spark."""

    spark: SparkSession
    frame: DataFrame
    kind: str
    paths: Sequence[str]
    known: Fingerprints | None
    findings: list[Findings]

    def __post_init__(self) -> None:
        self.columns = [name for name in self.frame.columns if name not in (ROW, UNREADABLE)]

    def question(self, options: RecordOptions) -> Question:
        """The same, but columns that hold several values in a cell are refused."""
        question = super().question(options)
        for name in question.columns:
            if self.frame.schema[name].dataType.typeName() in ("array", "struct", "map"):
                raise _only_here(f"{self.paths[0]}: column {name!r} holds several values in a cell")
        has_unreadable = UNREADABLE in self.frame.columns
        return replace(question, unreadable=UNREADABLE if has_unreadable else None)

    def _add_path(self, name: str) -> bool:
        from pyspark.sql import functions

        schema: Any = self.frame.schema
        column: Any = None
        for part in name.split("."):
            fields = {field.name: field.dataType for field in getattr(schema, "fields", ())}
            if part in fields:
                column = self.frame[f"`{part}`"] if column is None else column.getField(part)
                schema = fields[part]
            elif part.isdecimal() and hasattr(schema, "elementType"):
                column = functions.get(column, functions.lit(int(part)))
                schema = schema.elementType
            else:
                return False
        self.frame = self.frame.withColumn(name, column)
        return True

    def _first_cells(self, columns: Sequence[str]) -> dict[str, list[str]]:
        frame, names = self._without_dots()
        cells = first_cells(frame, [names[name] for name in columns])
        return {name: cells[names[name]] for name in columns if names[name] in cells}

    def _keys(self) -> dict[str, list[list[str]]]:
        lines = self.spark.read.text(list(self.paths))
        keys = lines.selectExpr("_metadata.file_path", "json_object_keys(value) as keys").distinct()
        keys_by_path: dict[str, list[list[str]]] = {}
        for path, of_object in keys.where("keys is not null").collect():
            keys_by_path.setdefault(path, []).append(of_object)
        return keys_by_path

    def _without_dots(self) -> tuple[DataFrame, dict[str, str]]:
        """The records with new names, and these by old name: Spark takes a dot for a path."""
        names = {name: name.replace(".", "_") for name in self.frame.columns}
        if len({*names.values()}) < len(names):
            names = {name: name for name in names}
        return self.frame.toDF(*names.values()), names

    def counted(self, asked: Question, *, skip_bad: bool) -> Counts:
        """Count them; the numbers of lines that can't be read are not known."""
        frame, names = self._without_dots()
        counts = counts_of(frame, asked.renamed(names), bring=self._bring)
        findings = self.findings[-1]
        if not counts.read:
            raise FileError(f"{findings.name}: has no record of a message")
        if self.kind == "csv":
            findings.doubts += self._check_lines(frame, counts.read)
        if self.kind == "p0f":
            self.frame.createOrReplaceTempView("log")
            findings.doubts += doubt_own_mail(self.spark.sql(OWN_MAIL).collect())
        findings.doubts += doubt_bad_lines(counts.unreadable, counts.read, None, skip_bad=skip_bad)
        return counts

    def _check_lines(self, frame: DataFrame, read: int) -> list[Doubt]:
        """Refuse tables with comments among the records, and doubt line ends within cells."""
        from pyspark.sql import functions

        cells = [frame[f"`{name}`"] for name in frame.columns[: len(self.columns)]]
        text = functions.concat_ws("", *cells)
        is_missing = functions.lower(functions.trim(cells[0])).isin(*MISSING)
        [(ends, comments)] = frame.agg(
            functions.sum(functions.regexp_count(text, functions.lit("\n"))),
            functions.count_if(cells[0].startswith("#") & ~is_missing),  # as #N/A is
        ).collect()
        if 0 < comments < read:
            share = f"{comments} of {counted(read, 'record')}"
            raise _only_here(f"{self.findings[-1].name}: begins like a comment ({share})")
        return doubt_joined_lines(ends or 0)

    def _numbered(self) -> tuple[Any, dict[str, str]]:
        aliases = {name: f"column{i}" for i, name in enumerate(self.frame.columns)} | {ROW: ROW}
        return self.frame.toDF(*aliases.values()), aliases

    def _bring(self, table: Any) -> Any:
        return self.spark.createDataFrame(table)

    def _queried(self, spam: Any, sql: str) -> list[Sequence[Any]]:
        spam.createOrReplaceTempView("spam")
        return list(self.spark.sql(sql).collect())


def _records(
    spark: SparkSession, paths: Sequence[str], ports: Collection[str] | None
) -> tuple[DataFrame, str]:
    """The records in the files, with the position of each, and the kind of the files."""
    from pyspark.sql import functions

    position = functions.expr(_POSITION).alias(ROW)
    lines = {path: _first_lines(spark, path) for path in paths}
    if any(map(any, lines.values())):
        formats = {
            path: detect_text_format(path, "\n".join(lines[path]).encode()) for path in paths
        }
        check_alike(formats, {path: path for path in paths})
        format_ = formats[paths[0]]
    else:
        format_ = Format("parquet")
    kind = format_.kind
    if kind == "p0f":
        log = _read(spark, format_, paths)
        log.select(functions.col("value").alias("line"), position).createOrReplaceTempView("lines")
        senders = spark.sql(fingerprints.connections_sql(format_.event_path, _SQL))
        if ports:
            senders = senders.where(senders["port"].isin(*ports) | senders[UNREADABLE])
        return senders, kind
    if ports:
        raise FileError(f"{paths[0]}: is not a p0f log, and only those have ports")
    records = _read(spark, format_, paths)
    file = records.select("_metadata.file_path").first()
    if file and "=" in (path := urllib.parse.unquote(file[0])):
        refuse_folders([path], _read(spark, format_, [file[0]]).columns)
    if _CORRUPT in records.columns:
        unreadable = records[_CORRUPT].isNotNull().alias(UNREADABLE)
        return records.select("*", position, unreadable).drop(_CORRUPT), kind
    return records.select("*", position), kind


def _read(spark: SparkSession, format_: Format, paths: Sequence[str]) -> DataFrame:
    """Files of one format as Spark reads them; a FileError for a format that it does not read."""
    files, kind = [*paths], format_.kind
    if kind == "parquet":
        return spark.read.parquet(*files)
    if kind == "p0f" and not format_.is_document:
        return spark.read.text(files)
    if kind == "json" and not format_.is_document:
        return spark.read.json(files, primitivesAsString=True)
    if kind == "csv" and format_.skip == format_.headings:
        return _read_csv(spark, format_, files)
    but = ", but no lines" if format_.is_document else ""
    but = " below other lines" if format_.skip > 1 else but
    raise _only_here(f"{paths[0]}: is {KINDS[kind]}{but}")


def _read_csv(spark: SparkSession, format_: Format, files: list[str]) -> DataFrame:
    from pyspark.sql.types import StringType, StructField, StructType

    options: dict[str, Any] = {
        "header": format_.headings, "sep": format_.delimiter, "quote": '"', "escape": '"'
    }  # fmt: skip
    columns = format_.columns
    if format_.headings:  # with the names that Spark gives to columns without a heading
        columns = tuple(spark.read.csv(files, **options).columns)
    schema = StructType([StructField(name, StringType()) for name in (*columns, _CORRUPT)])
    return spark.read.csv(
        files, schema=schema, columnNameOfCorruptRecord=_CORRUPT, enforceSchema=False,
        multiLine=True, **options,
    )  # fmt: skip


def _only_here(problem: str) -> FileError:
    return FileError(
        f"{problem}; count a copy of it here, without a cluster",
        settles=[Remedy("remote", None, "is for Parquet, tables, JSON lines and p0f logs")],
    )


def _first_lines(spark: SparkSession, path: str) -> list[str]:
    """The first lines of a text file; none of Parquet, be it a file or a folder."""
    from pyspark.errors import PySparkException

    if path.rstrip("/").lower().endswith(".parquet"):
        return []
    text = spark.read.text(path).where("_metadata.file_block_start = 0").limit(PREVIEW)
    try:
        lines = [row["value"] for row in text.collect()]
    except PySparkException:
        if path.lower().endswith((".csv", ".tsv", ".log", ".jsonl", ".txt")):
            raise
        return []
    return [] if lines and lines[0].startswith("PAR1") else lines
