"""TLS for the embedded environment: one certificate authority made at start, one server certificate for this machine.

Lives here: making the files. Never here: who serves or trusts them.
"""

from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme


@dataclass(frozen=True)
class Certificates:
    """PEM files: `bundle` is for clients, `certificate` (a chain) and `key` are for servers."""

    bundle: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Make a new authority and a server certificate for `localhost` and `127.0.0.1` in `folder`.

    The bundle also holds the public roots of certifi, because a client that is told to use it uses nothing else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificates(folder / "ca-bundle.pem", folder / "server.pem", folder / "server-key.pem")
    authority = trustme.CA(organization_name="dayzero embedded environment")
    server = authority.issue_cert("localhost", "127.0.0.1")
    made.bundle.write_bytes(authority.cert_pem.bytes() + Path(certifi.where()).read_bytes())
    made.certificate.write_bytes(b"".join(part.bytes() for part in server.cert_chain_pems))
    made.key.touch(mode=0o600)
    made.key.write_bytes(server.private_key_pem.bytes())
    return made
