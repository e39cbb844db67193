"""Keep the embedded environment running in the background: `make up` and `make down`.

Lives here: the background process, its record (pid and start time) and what is told to the person. Never here: the parts.

Usage: `python -m local.up start | stop | serve` (serve is the background process itself; start runs it).
"""

import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from local.environment import Environment
from local.processes import ROOT

FOLDER = ROOT / "build" / "up"
START_SECONDS = 60.0
STOP_SECONDS = 20.0


def _record(folder: Path) -> Path:
    return folder / "process.json"


def running(folder: Path) -> psutil.Process | None:
    """The background process of this folder, or None; a process that merely got the same pid later is not it."""
    try:
        known = json.loads(_record(folder).read_text())
        process = psutil.Process(known["pid"])
        ours = abs(process.create_time() - known["created"]) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    return process if ours else None


def serve(folder: Path) -> int:
    """Run the environment until SIGTERM or SIGINT; `variables.sh` appears when it is ready and goes when it ends."""

    def end(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    variables = folder / "variables.sh"
    folder.mkdir(parents=True, exist_ok=True)
    me = psutil.Process()
    _record(folder).write_text(json.dumps({"pid": me.pid, "created": me.create_time()}))
    try:
        with Environment(folder) as environment:
            lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.variables().items()]
            unfinished = variables.with_suffix(".new")
            unfinished.touch(mode=0o600)  # it holds the secret of the identity endpoint
            unfinished.write_text("\n".join(lines) + "\n")
            unfinished.replace(variables)
            while True:
                signal.pause()
    except KeyboardInterrupt:
        return 0
    finally:
        variables.unlink(missing_ok=True)
        _record(folder).unlink(missing_ok=True)


def start(folder: Path) -> int:
    """Start the background process unless it runs, and print where everything answers."""
    variables = folder / "variables.sh"
    if running(folder) is None:
        variables.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "environment.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "local.up", "serve", str(folder)]
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not variables.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.terminate()
                print(f"The environment did not start; its log, {log}, ends with:\n{log.read_text()[-2000:]}", file=sys.stderr)
                return 1
            time.sleep(0.05)
    for name, value in json.loads((folder / "environment.json").read_text()).items():
        print(f"  {name:10} {value}")
    print(f"Give a shell all of it with:  . {variables}\nLogs and data: {folder}\nStop it with:   make down")
    return 0


def stop(folder: Path) -> int:
    """Stop the background process, if it runs, and wait until it has ended all its parts."""
    process = running(folder)
    if process is None:
        print("No environment is running.")
        return 0
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()  # its parts end with it
    _record(folder).unlink(missing_ok=True)
    print("The environment is stopped.")
    return 0


def main() -> int:
    """Run the command that the first argument names; the second may name another folder."""
    commands = {"start": start, "stop": stop, "serve": serve}
    if len(sys.argv) not in {2, 3} or sys.argv[1] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[sys.argv[1]](Path(sys.argv[2]) if len(sys.argv) == 3 else FOLDER)


if __name__ == "__main__":
    sys.exit(main())
