"""`python -m flows.mortal COMMAND…`: becomes COMMAND, and is killed by the kernel when the process that started it dies.

So a service that is killed with SIGKILL, which nothing can catch, leaves no process behind.
Elsewhere than on Linux COMMAND just runs.
"""

import ctypes
import os
import signal
import sys

PARENT = "WINNOW_PARENT"
"""Variable with the id of the process that must live; each process sets it for those that it starts."""
PYTHON = (sys.executable, "-P", "-m")
"""Runs a module; without the working directory on its path, where a folder named `flows` may stand that is not ours."""
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """Asks the kernel to kill this process when its parent dies; ends at once where the parent is gone already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.environ.get(PARENT) not in (None, str(os.getppid())):
        # It died before the kernel was asked.
        raise SystemExit(1)


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent dies, so that it can wait for their end."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def command(*words: str) -> list[str]:
    """The command line that runs the given one bound to the life of who starts it."""
    return [*PYTHON, "flows.mortal", *words]


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    die_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the caller's own command line
