"""Run one command and end it when whoever asked for it is gone.

Lives here: the small process that stands between the environment and an emulator, so that nothing outlives a parent that was
killed. Never here: knowledge of what is run.

Usage: `python -m local.guard FD COMMAND [ARG ...]`, where FD is the reading end of a pipe that only the parent holds open.
"""

import os
import select
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 5.0


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Ask the command's process group to stop, then insist."""
    for sig, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, 1.0)):
        try:
            os.killpg(child.pid, sig)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)


def main() -> int:
    """Run the command until it ends, the parent is gone, or a signal asks for the end; its exit code is ours."""
    lifeline = int(sys.argv[1])
    asked, asking = os.pipe()
    os.set_blocking(asking, False)
    signal.set_wakeup_fd(asking)
    for number in (signal.SIGTERM, signal.SIGINT):  # before the command starts: a signal meanwhile must not orphan it
        signal.signal(number, lambda _signal, _frame: None)
    child = subprocess.Popen(sys.argv[2:], start_new_session=True)
    while child.poll() is None:
        readable, _, _ = select.select([lifeline, asked], [], [], 0.1)
        if readable:  # asked to end, or end of file: the parent closed its end or died
            break
    _end(child)
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
