"""Child processes of the embedded environment: start, wait until healthy, stop with everything they started.

Lives here: process handling and free ports. Never here: what the processes are.
"""

import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil

ROOT = Path(__file__).resolve().parent.parent


class StartFailed(RuntimeError):
    """A process of the environment ended, or did not answer in time; the message holds the end of its log."""


def free_ports(count: int) -> list[int]:
    """That many different TCP ports on 127.0.0.1 that nobody uses at this moment.

    They lie below the range from which Linux and macOS take the ports of outgoing connections, so that no client takes one
    between this call and its use.
    """
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            with suppress(OSError):
                probe.bind(("127.0.0.1", random.randrange(15_000, 32_000)))  # noqa: S311 - not a secret
                found.append(int(probe.getsockname()[1]))
        return found


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody uses at this moment."""
    return free_ports(1)[0]


def clean_environment() -> dict[str, str]:
    """The environment variables that any program needs, and none that could hold a person's credentials or settings."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ") if name in os.environ}


class Child:
    """One process with a log file, ended together with its parent (see `local.guard`)."""

    def __init__(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path | None = None
    ) -> None:
        self.name, self.log = name, log
        self._command, self._env, self._cwd = list(command), dict(env), cwd
        self._guard: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None

    def start(self) -> Self:
        """Start the command; its output is appended to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        reading, writing = os.pipe()
        guard = [sys.executable, str(ROOT / "local" / "guard.py"), str(reading), *self._command]
        with self.log.open("ab") as out:
            self._guard = subprocess.Popen(
                guard, env=self._env, cwd=self._cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                pass_fds=(reading,), start_new_session=True,
            )  # fmt: skip
        os.close(reading)
        self._lifeline = writing
        return self

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._guard is not None and self._guard.poll() is None

    def stop(self) -> None:
        """End the process and all that it started: SIGTERM, then SIGKILL after five seconds. Twice is harmless."""
        if self._guard is not None and self.alive:
            self._guard.terminate()
            self._guard.wait()
        self._release()

    def kill(self) -> None:
        """End the process at once with SIGKILL, as a crash would."""
        if self._guard is not None and self.alive:
            for pid in self.pids():
                os.kill(pid, signal.SIGKILL)
            self._guard.wait()
        self._release()

    def pids(self) -> list[int]:
        """The process ids of the command and its descendants (the guard left out)."""
        if self._guard is None:
            return []
        listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): int(ppid) for pid, ppid in (line.split() for line in listing.splitlines())}
        found = [self._guard.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found[1:]

    def tail(self, lines: int = 20) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def wait_until(self, url: str, *, timeout: float = 30.0, verify: str | bool = True) -> Self:
        """Return once `url` answers below 500, polling every 50 ms.

        Raises:
            StartFailed: the process ended, or `timeout` seconds passed.
        """
        deadline = time.monotonic() + timeout
        trust = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
        with httpx.Client(verify=trust, trust_env=False, timeout=2.0) as client:
            while time.monotonic() < deadline:
                if not self.alive:
                    raise StartFailed(f"{self.name} ended while starting; end of {self.log}:\n{self.tail()}")
                with suppress(httpx.HTTPError):
                    if client.get(url).status_code < 500:
                        return self
                time.sleep(0.05)
        raise StartFailed(f"{self.name} did not answer at {url} within {timeout:.0f} s; end of {self.log}:\n{self.tail()}")

    def listens_on(self, port: int) -> bool:
        """Whether the process, or one that it started, is who listens on this TCP port."""
        for pid in self.pids():
            with suppress(psutil.NoSuchProcess):
                sockets = psutil.Process(pid).net_connections(kind="tcp")
                if any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in sockets):
                    return True
        return False

    def _release(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
