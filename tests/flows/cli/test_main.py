"""The command as a whole: how fast it answers, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.cli.main import VERBS
from flows.errors import NotFoundError
from ingest.errors import ConfigError, GoldError, IngestError, SourceError
from storage.errors import NotACorpusError, StoreUnavailableError

RUN = "import sys; from flows.cli.main import main; sys.argv[0] = 'winnow'; main()"
HEAVY = {"deltalake", "lxml", "numpy", "pyarrow", "pydantic", "rich", "trafilatura", "ingest.stages", "flows.runs.settings"}


def called(*arguments, code=RUN, **options):
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, **options)


def test_help_imports_nothing_heavy():
    code = f"import sys\nimport atexit\natexit.register(lambda: print(sorted({HEAVY!r} & set(sys.modules))))\n{RUN}"
    result = called("--help", code=code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"
    assert all(f"  {verb} " in result.stdout for verb in VERBS)


def test_help_takes_less_than_half_a_second():
    spent = []
    for _ in range(3):
        before = time.perf_counter()
        assert called("--help").returncode == 0
        spent.append(time.perf_counter() - before)
    assert min(spent) < 0.5


def test_version_is_told():
    assert called("--version").stdout.startswith("winnow, version 0.")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(winnow, verb):
    result = winnow(verb, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: cli {verb} ")


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["ingest"], ["show"], ["ingest", "x", "--workers", "many"], ["evaluate", "--worst", "-1"]]
)
def test_wrong_usage_ends_with_2(winnow, arguments):
    assert winnow(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (SourceError("a.txt", "is gone"), 1, "Error: a.txt: is gone\n"),
        (IngestError("cannot"), 1, "Error: cannot\n"),
        (StoreUnavailableError("the disk is full"), 1, "Error: the disk is full\n"),
        (PermissionError(13, "Permission denied", "/corpus"), 1, "Error: /corpus: Permission denied\n"),
        (NotACorpusError("no corpus"), 2, "Error: no corpus\n"),
        (ConfigError("unknown key"), 2, "Error: unknown key\n"),
        (GoldError("no gold"), 2, "Error: no gold\n"),
        (NotFoundError("not there"), 2, "Error: not there\n"),
    ],
)
def test_a_known_failure_is_one_sentence_and_a_code(winnow, seam, error, code, sentence):
    def fail(request, settings, progress):
        raise error

    seam(fail)
    result = winnow("ingest", "x")
    assert (result.exit_code, result.output) == (code, sentence)
    assert winnow("--debug", "ingest", "x").exception is error


def test_an_interrupted_run_says_how_to_go_on(winnow, seam):
    def interrupt(request, settings, progress):
        raise KeyboardInterrupt

    seam(interrupt)
    result = winnow("ingest", "x")
    assert result.exit_code == 130
    assert "the same command goes on" in result.output


FAKE = """
import sys, types
seam = types.ModuleType("flows.runs.ingest")
def ingest(request, settings, progress):
    {body}
seam.ingest = ingest
sys.modules["flows.runs.ingest"] = seam
"""


def test_an_error_of_ours_is_one_sentence_and_a_traceback_only_with_debug(tmp_path):
    code = FAKE.format(body="raise ZeroDivisionError('of ours')") + RUN
    result = called("ingest", "x", code=code, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "Error: winnow failed unexpectedly: ZeroDivisionError: of ours (`winnow --debug …` shows where)"
    ]
    debug = called("--debug", "ingest", "x", code=code, cwd=tmp_path)
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr


def test_ctrl_c_ends_with_130(tmp_path):
    code = FAKE.format(body="print('ready', flush=True); import signal; signal.pause()") + RUN
    process = subprocess.Popen(
        [sys.executable, "-c", code, "ingest", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in told
    assert "Traceback" not in told


def test_every_command_and_option_is_in_the_documentation(root: Path):
    from click import Context, Group

    from flows.cli.main import cli

    text = (root / "docs" / "commands.md").read_text("utf-8")
    for verb in VERBS:
        command = cli.get_command(Context(cli), verb)
        named = [(f"winnow {verb} {name}", each) for name, each in getattr(command, "commands", {}).items()]
        for name, each in named if isinstance(command, Group) else [(f"winnow {verb}", command)]:
            assert name in text
            assert [
                option for option in each.params for flag in option.opts if f"`{flag}" not in text and flag.startswith("--")
            ] == []
