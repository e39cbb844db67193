"""MiniStack, which plays AWS, as a child process on loopback.

Lives here: the command line and settings MiniStack documents. Never here: resources in it.
"""

from pathlib import Path

from local.processes import ROOT, Child, clean_environment

REGION = "eu-west-1"
EXECUTABLE = ROOT / ".venv-ministack" / "bin" / "ministack"


def ministack(folder: Path, port: int) -> Child:
    """MiniStack for `http://127.0.0.1:port`, not yet started; all it writes goes below `folder`.

    Its Lambda functions run as its own child processes and inherit its environment, so that is kept bare: no credentials of
    the person who runs this reach them. `DOCKER_HOST` names a socket that does not exist, because MiniStack otherwise
    removes containers of a Docker daemon that it finds.
    """
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder / 'no-docker.sock'}",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "HOME": str(folder),
        "TMPDIR": str(temporary),
        "LOG_LEVEL": "WARNING",
    }
    return Child("MiniStack", [str(EXECUTABLE)], env=clean_environment() | settings, log=folder / "ministack.log", cwd=folder)


def health_url(port: int) -> str:
    """What answers 200 once MiniStack is up."""
    return f"http://127.0.0.1:{port}/_ministack/health"
