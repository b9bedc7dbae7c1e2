"""What happens when the machine fails: full disks, closed pipes, files that change."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from spamindex.messages import integrity as losses
from spamindex.messages import relations
from tests.conftest import ROOT, SHARE, SPAM, Invoke, Write

COMMAND = [sys.executable, "-m", "spamindex"]
MESSAGES, LOG = str(ROOT / "data/messages.csv"), str(ROOT / "data/p0f.log")
ASKED = ("--spam", "content_type=Spam,Spammy")
NO_ROOM = "can't be written: File too large"
OSES = "os\n" + "Linux\nWindows\n" * 50_000


def run(
    *args: str,
    python: Sequence[str] = (),
    before: Callable[[], None] | None = None,
    stdin: bytes = b"",
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    # Without compiled modules, which a limit would leave cut off for whoever loads them next.
    kept = os.environ | ({"PYTHONDONTWRITEBYTECODE": "1"} if before else {})
    return subprocess.run(
        [sys.executable, *python, "-m", "spamindex", *args],
        capture_output=True, input=stdin, timeout=60, check=False, preexec_fn=before,
        env=kept | environment,
    )  # fmt: skip


def no_more_than(size: int) -> Callable[[], None]:
    """A disk with so many bytes left, as far as one file can tell."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def without_rights(*command: str) -> list[str]:
    """A command whose user is root no more, as far as permissions go."""
    if os.geteuid() != 0:
        return [*command]
    less = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*less, "true"], check=False).returncode:
        pytest.skip("root may write anywhere, and setpriv can't take that away")
    return [*less, *command]


# Disks and folders


def test_a_disk_that_is_full_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "ranking.txt"
    target.write_text("before")
    result = run("compute", SPAM, SHARE, "-o", str(target), before=no_more_than(100))
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode() == f"spamindex: error: {target}: {NO_ROOM}\n"
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_disk_that_is_full_while_a_stream_is_kept(tmp_path: Path) -> None:
    stdin = OSES.encode()
    result = run("tally", "-", before=no_more_than(1000), stdin=stdin, TMPDIR=str(tmp_path))
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode() == (
        f"spamindex: error: standard input: can't be kept in {tmp_path}: File too large\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_count_that_fits_neither_memory_nor_disk(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    small = {"memory_limit": "30MB", "max_temp_directory_size": "1MB", "threads": 1}
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda config: connect(config=config | small))
    ids = "".join(f"{n},{n:060}\n" for n in range(300_000))
    result = invoke("tally", write("ids.csv", f"os,id\n{ids}"), "--by", "id")
    assert (result.exit_code, result.stdout) == (1, "")
    [complaint] = result.complaints
    assert complaint.startswith("error: neither memory nor ")
    assert complaint.endswith("name a larger folder in TMPDIR, or fewer columns")


def test_memory_that_runs_out_is_said_in_one_line(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("spamindex.cli.options.render", full)
    result = invoke("compute", SPAM, SHARE)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == ["error: there is not enough memory; choose fewer rows or rankings"]


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "fixed"
    folder.mkdir()
    folder.chmod(0o555)
    target = folder / "ranking.txt"
    command = without_rights(*COMMAND, "compute", SPAM, SHARE, "-o", str(target))
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"spamindex: error: {target}: can't be written: Permission denied\n"
    assert list(folder.iterdir()) == []


def test_no_folder_for_temporary_files(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**_: object) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr("tempfile.mkdtemp", none)
    result = invoke("tally", LOG)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: temporary files can't be written: No usable temporary directory found in "
        "['/tmp']; name another folder in TMPDIR"
    ]


def test_outputs_that_are_no_files(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("compute", SPAM, SHARE, "-o", "").complaints == ["error: -o names no file"]
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "none" / "ranking.txt")
    result = invoke("compute", SPAM, SHARE, "-o", str(link))
    assert result.complaints == [f"error: {link}: can't be written: No such file or directory"]
    link.unlink()
    link.symlink_to(tmp_path / "ranking.txt")  # which is not there yet, but can be
    assert invoke("compute", SPAM, SHARE, "-o", str(link)).exit_code == 0
    assert (tmp_path / "ranking.txt").read_text().startswith("OS ")
    assert link.is_symlink()


def test_a_current_folder_that_is_gone(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert invoke("compute", SPAM, SHARE).exit_code == 0
    assert invoke("tally", LOG).exit_code == 0
    for args in (("compute", "spam.csv", SHARE), ("tally", "p0f.log")):
        result = invoke(*args)
        assert (result.exit_code, result.stdout) == (1, "")
        assert len(result.complaints) == 1
        assert "standard output" not in result.complaints[0]


# Pipes


@pytest.mark.parametrize(
    "arguments",
    [["tally", MESSAGES, "--fingerprints", LOG, *ASKED], ["compute", SPAM, SHARE], ["chart", "-"]],
)
def test_nobody_reads_what_a_command_prints(arguments: list[str]) -> None:
    words = " ".join(f"'{word}'" for word in arguments)
    script = f"printf 'os,spam_index\\nLinux,5\\n' | \"$PYTHON\" -m spamindex {words} | true"
    result = subprocess.run(
        ["bash", "-c", f'{script}; echo "${{PIPESTATUS[1]}}"'],
        capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | {"PYTHON": sys.executable},
    )  # fmt: skip
    assert (result.stdout, "Broken" in result.stderr) == ("141\n", False)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("packed", [False, True])
def test_pipes_are_read_like_files(invoke: Invoke, tmp_path: Path, packed: bool) -> None:
    import gzip

    def fill(name: str, source: str) -> str:
        data = Path(source).read_bytes()
        os.mkfifo(tmp_path / name)
        write = (tmp_path / name).write_bytes
        threading.Thread(target=write, args=[gzip.compress(data) if packed else data]).start()
        return str(tmp_path / name)

    expected = invoke("tally", MESSAGES, "--fingerprints", LOG, *ASKED).stdout
    assert expected.startswith("os,spam_share,messages\nWindows,")
    messages, log = fill("messages", MESSAGES), fill("log", LOG)
    assert invoke("tally", messages, "--fingerprints", log, *ASKED).stdout == expected
    expected = invoke("compute", SPAM, SHARE).stdout
    assert invoke("compute", fill("spam", SPAM), fill("share", SHARE)).stdout == expected


# Files that change while they are read


def changed(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Have a file change once tally has seen what it is, before it is counted."""

    table = relations.table

    def and_then(*args: Any) -> Any:
        found = table(*args)
        change()
        return found

    monkeypatch.setattr("spamindex.messages.relations.table", and_then)


def test_a_file_that_vanishes(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(write("messages.csv", OSES))
    changed(monkeypatch, path.unlink)
    result = invoke("tally", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == ["error: messages.csv: can't be read: No such file or directory"]


@pytest.mark.parametrize("size", [0, 2, 100, 150_001])
def test_a_file_that_is_cut_off(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = Path(write("messages.csv", OSES))
    changed(monkeypatch, lambda: os.truncate(path, size))
    result = invoke("tally", str(path))
    if result.exit_code == 0:  # what is left of it is counted, as if it had never been longer
        assert result.stdout == invoke("tally", str(path)).stdout
    else:
        assert (result.exit_code, result.stdout, len(result.complaints)) == (1, "", 1)


def test_a_file_that_grows_is_counted_or_refused(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(write("messages.csv", OSES))
    lines = losses._count_lines

    def grown(*args: Any) -> losses.LineCounts:
        time.sleep(0.3)  # DuckDB has come further than this by then
        with open(path, "a") as file:
            file.write("Linux\n" * 50_000)
        return lines(*args)

    monkeypatch.setattr(losses, "_count_lines", grown)
    result = invoke("tally", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "or the file has grown meanwhile" in result.complaints[0]


# Surroundings


def test_the_options_of_python_change_nothing() -> None:
    result = run("compute", SPAM, SHARE, python=["-B", "-I", "-u", "-W", "error", "-X", "dev"])
    assert result.returncode == 0
    assert result.stderr == b""
    assert result.stdout.splitlines()[2] == b"Linux         5.14        1.03          4.99"


def test_a_figure_without_a_home_or_a_cache(tmp_path: Path) -> None:
    ranking = b"os,spam_index\nLinux,5\n"
    nowhere = "/dev/null/nowhere"  # can't be made, by root neither
    result = run(
        "chart", "-", "-f", "svg", stdin=ranking,
        HOME=nowhere, MPLCONFIGDIR=nowhere, XDG_CACHE_HOME=nowhere, XDG_CONFIG_HOME=nowhere,
        TMPDIR=str(tmp_path), LC_ALL="C",
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"</svg>" in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("columns", "width"), [("20", 40), ("1", 40), ("0", 80), ("many", 80)])
def test_a_narrow_terminal(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    ranking = invoke("compute", SPAM, SHARE, "-f", "csv").stdout.encode()
    table = invoke("compute", SPAM, SHARE).stdout
    monkeypatch.setenv("COLUMNS", columns)
    drawn = invoke("chart", "-", "--title", "Who sends more than their share?", stdin=ranking)
    assert (drawn.exit_code, drawn.stderr) == (0, "")
    assert max(map(len, drawn.stdout.splitlines())) == width
    assert "Mac OS X" in drawn.stdout
    assert invoke("compute", SPAM, SHARE).stdout == table
    assert invoke("compute", "--help").exit_code == 0


@pytest.mark.parametrize(
    ("args", "option", "variable", "value"),
    [
        (["compute", SPAM, SHARE], "--format", "SPAMINDEX_COMPUTE_FORMAT", "nonsense"),
        (["compute", SPAM, SHARE], "--where", "SPAMINDEX_COMPUTE_WHERE", "nonsense"),
        (["compute", SPAM, SHARE], "--strict", "SPAMINDEX_COMPUTE_STRICT", "nonsense"),
        (["tally", MESSAGES], "--log-zone", "SPAMINDEX_TALLY_LOG_ZONE", "nonsense"),
        (["sample", MESSAGES, "--os", "Linux"], "-n", "SPAMINDEX_SAMPLE_N", "nonsense"),
        (["chart", "-"], "--format", "SPAMINDEX_CHART_FORMAT", "nonsense"),
    ],
)
def test_a_wrong_variable_of_the_environment_is_named(
    invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    option: str,
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv(variable, value)
    result = invoke(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.complaints[0].startswith(f"error: {option} (from {variable}): ")
    assert f"'{value}'" in result.complaints[0]


def test_no_row_is_refused_and_many_are_counted(invoke: Invoke, write: Write) -> None:
    for args in (("compute", write("none.csv", "os,share\n"), SHARE), ("tally", "none.csv")):
        result = invoke(*args)
        assert (result.exit_code, result.stdout, len(result.complaints)) == (1, "", 1)
    assert invoke("tally", write("many.csv", OSES)).stdout == (
        "os,spam_share,messages\nLinux,50.0,50000\nWindows,50.0,50000\n"
    )
