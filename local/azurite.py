"""Azurite, which plays Azure Storage (blobs, queues, tables), as a child process on loopback, over TLS.

Lives here: its command line and the storage accounts. Never here: what is stored.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.certificates import Certificates
from local.processes import ROOT, Child, clean_environment

EXECUTABLE = ROOT / "node_modules" / ".bin" / "azurite"
LEDGER_ACCOUNT = "dayzeroledger"
SAMPLE_ACCOUNT = "ordersdata"


@dataclass(frozen=True)
class StoragePorts:
    """The TCP ports of the three services."""

    blob: int
    queue: int
    table: int

    def urls(self) -> dict[str, str]:
        """Base URL by service name; append `/<account>`, as Azurite takes the account from the path."""
        return {name: f"https://127.0.0.1:{port}" for name, port in vars(self).items()}


def new_accounts() -> dict[str, str]:
    """Storage account names with new random keys (64 bytes, base64), as Azure makes them."""
    return {name: base64.b64encode(secrets.token_bytes(64)).decode() for name in (LEDGER_ACCOUNT, SAMPLE_ACCOUNT)}


def azurite(
    folder: Path, ports: StoragePorts, accounts: Mapping[str, str], tls: Certificates, *, in_memory: bool = False
) -> Child:
    """Azurite, not yet started; its data and log go below `folder`.

    Every few seconds it writes all its tables to the disk as one text, whatever changed: with many rows it does little else.
    `in_memory` spares it that; its data then end with it.

    `--oauth basic` accepts bearer tokens whose audience and times are right; the signature is not checked.
    `--skipApiVersionCheck` lets SDKs that are newer than Azurite in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(EXECUTABLE), "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--oauth", "basic"]
    command += ["--inMemoryPersistence"] if in_memory else ["--location", str(folder)]
    command += ["--cert", str(tls.certificate), "--key", str(tls.key)]
    for service, port in vars(ports).items():
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
    settings = {"AZURITE_ACCOUNTS": ";".join(f"{name}:{key}" for name, key in accounts.items()), "HOME": str(folder)}
    return Child("Azurite", command, env=clean_environment() | settings, log=folder / "azurite.log", cwd=folder)
