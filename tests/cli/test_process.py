"""What only a process of its own shows: pipes, exit codes, files that are replaced."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import SHARE, SPAM

COMMAND = [sys.executable, "-m", "spamindex"]
FIRST_LINE = "OS          Spam %    Market %    Spam index"


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in bash in which `spamindex`, $SPAM and $SHARE are known."""
    return subprocess.run(
        [
            "bash",
            "-o",
            "pipefail",
            "-c",
            f'spamindex() {{ "$PYTHON" -m spamindex "$@"; }}\n{script}',
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ
        | {"PYTHON": sys.executable, "SPAM": SPAM, "SHARE": SHARE, "PYTHONWARNINGS": "error"}
        | environment,
    )


@pytest.fixture
def many(tmp_path: Path) -> str:
    """A command whose output is more than a pipe holds: 1,001 lines of CSV."""
    rows = "os,visits\n" + "".join(f"{'x' * 150} {n},{n}\n" for n in range(1, 1_001))
    for name in ("many.csv", "few.csv"):
        (tmp_path / name).write_text(rows)
    return f"spamindex compute {tmp_path}/many.csv {tmp_path}/few.csv -f csv"


def test_a_reader_that_goes_away_is_met_quietly(many: str) -> None:
    result = shell(f"{many} | head -1; echo ${{PIPESTATUS[0]}}")
    assert result.stdout == "os,spam_share,market_share,spam_index\n141\n"
    assert "Broken" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_slow_reader_gets_everything(many: str, unbuffered: str) -> None:
    result = shell(f"{many} | {{ sleep 1; wc; }}", PYTHONUNBUFFERED=unbuffered)
    lines, _, size = map(int, result.stdout.split())
    assert lines == 1001
    assert size > 2 * 65536


@pytest.mark.parametrize("what", ['compute "$SPAM" "$SHARE"', "--help", "compute --help"])
def test_a_full_disk_is_an_error(what: str) -> None:
    result = shell(f"spamindex {what} > /dev/full")
    assert result.returncode == 1
    assert result.stderr == (
        "spamindex: error: standard output: can't be written: No space left on device\n"
    )


def test_closed_streams_are_met_calmly() -> None:
    result = shell('spamindex compute "$SPAM" "$SHARE" >&-')
    assert result.returncode == 1
    assert result.stderr == "spamindex: error: standard output: can't be written: it is closed\n"
    result = shell('spamindex compute "$SPAM" - <&-')
    assert (result.returncode, result.stderr) == (
        1,
        "spamindex: error: standard input: is closed\n",
    )
    assert shell("spamindex compute 2>&-").returncode == 2
    assert shell("spamindex compute 2>/dev/full").returncode == 2


def test_an_output_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "ranking.txt"
    target.write_text("before")
    target.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    assert shell(f'spamindex compute "$SPAM" nothing -o {link}').returncode == 1
    assert target.read_text() == "before"
    result = shell(f'spamindex compute "$SPAM" "$SHARE" -o {link}')
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert target.read_text().startswith(FIRST_LINE)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.txt", "ranking.txt"]


def test_an_output_that_can_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    result = shell(f'spamindex compute "$SPAM" "$SHARE" -o {tmp_path}/none/ranking.txt')
    assert result.returncode == 1
    assert result.stderr.endswith("ranking.txt: can't be written: No such file or directory\n")
    result = shell(f'spamindex compute "$SPAM" "$SHARE" -o {tmp_path}')
    assert result.returncode == 1
    assert result.stderr.endswith("can't be written: Is a directory\n")
    assert list(tmp_path.iterdir()) == []


def test_output_to_pipes_and_devices(tmp_path: Path) -> None:
    compute = 'spamindex compute "$SPAM" "$SHARE"'
    result = shell(f"{compute} -o - | head -1")
    assert (result.stdout, result.stderr) == (FIRST_LINE + "\n", "")
    assert shell(f"{compute} -o >(head -1) | cat").stdout == FIRST_LINE + "\n"
    # What all commands write with, without what takes its time to load.
    program = (
        "import sys; from spamindex.cli.console import write; write('one\\ntwo\\n', sys.argv[1])"
    )
    put = f'"$PYTHON" -c "{program}"'
    assert shell(f"{put} /dev/stdout | head -1").stdout == "one\n"
    assert shell(f"{put} /dev/full").returncode == 1
    log = tmp_path / "log"
    assert shell(f"{{ echo before; {put} /dev/stdout; echo after; }} > {log}").returncode == 0
    assert log.read_text() == "before\none\ntwo\nafter\n"
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert shell(f"head -1 {fifo} & {put} {fifo}; wait").stdout == "one\n"
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_the_same_bytes_in_every_locale() -> None:
    script = 'printf "视窗,5\\nB,95\\n" | spamindex compute - <(printf "视窗,5\\nB,95\\n")'
    expected = shell(script).stdout
    assert "视窗" in expected
    for locale in ("C", "de_DE.ISO-8859-1"):
        assert (
            shell(script, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").stdout == expected
        )


def test_an_interrupt_is_met_quietly(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with (
        subprocess.Popen(
            [*COMMAND, "compute", str(fifo), SHARE], stderr=subprocess.PIPE, text=True
        ) as process,
        open(fifo, "w"),
    ):  # opened here once the command has opened it there
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait() == 130


def test_tools_of_the_shell_work_on_the_output() -> None:
    script = (
        'spamindex compute "$SPAM" "$SHARE" -f tsv --fail-above 4 2>/dev/null | tee '
        ">(sed -n 2p | cut -f1,4 >&2) | awk -F'\\t' '$4 > 1 { print $1 }'; echo ${PIPESTATUS[0]}"
    )
    result = shell(script)
    assert result.stdout == "os\nLinux\nOther\nWindows\n3\n"
    assert result.stderr == "Linux\t4.990291262135922\n"


def test_a_terminal_gets_no_escape_sequences_even_in_csv(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    odd = tmp_path / "odd.csv"
    odd.write_text("\x1b[31mred,5\nB,95\n")
    ours, theirs = pty.openpty()
    subprocess.run([*COMMAND, "shares", str(odd), "-f", "tsv"], stdout=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000)
    os.close(ours)
    assert b"\x1b" not in shown
    assert b"\\x1b[31mred\t5\r" in shown


def test_version() -> None:
    assert shell("spamindex --version").stdout == "spamindex 0.2.0\n"


def test_the_whole_command_that_an_error_advises_works_as_it_stands(tmp_path: Path) -> None:
    table = tmp_path / "my days.csv"
    table.write_text(
        "OS,day,share\nWindows,01/03/2010,90\nLinux,01/03/2010,10\n"
        "Windows,02/03/2010,80\nLinux,02/03/2010,20\n"
    )
    script = f'spamindex compute "$SPAM" "{table}" --by day --where os!=Windows -f csv -p 2 -q'
    error = shell(script).stderr
    advised = error[error.index("spamindex shares") : error.index(" if it is the day")]
    assert advised == (
        f"spamindex shares '{table}' --by day --dates day-first | "
        f"spamindex compute {SPAM} - --by day --where 'os!=Windows' --format csv --precision 2 "
        "--quiet"
    )
    assert shell(advised).stdout == (
        "day,os,spam_share,market_share,spam_index\n"
        "2010-03-01,Linux,5.14,10.00,0.51\n2010-03-02,Linux,5.14,20.00,0.26\n"
    )
