"""Azurite, which plays Azure Storage (blobs, queues, tables), as a child process on loopback, over TLS.

Lives here: its command line and the storage accounts. Never here: what is stored.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local.certificates import Certificates
from local.processes import ROOT, Child, clean_environment

DURABLE = ROOT / "local" / "azurite_durable.cjs"
EXECUTABLE = ROOT / "node_modules" / ".bin" / "azurite"
Keeping = Literal["lazily", "durably", "in-memory"]
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
    folder: Path, ports: StoragePorts, accounts: Mapping[str, str], tls: Certificates, keeping: Keeping = "lazily"
) -> Child:
    """Azurite, not yet started; its data and log go below `folder`.

    On its own it writes all its tables to the disk as one text every few seconds, whatever changed (`keeping` "lazily"): with
    many rows it does little else. "in-memory" spares it that; its data then end with it. "durably" it writes before it answers,
    as Azure Storage does, which costs milliseconds an answer: only such a one may be killed.

    `--oauth basic` accepts bearer tokens whose audience and times are right; the signature is not checked.
    `--skipApiVersionCheck` lets SDKs that are newer than Azurite in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(EXECUTABLE), "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--oauth", "basic"]
    command += ["--inMemoryPersistence"] if keeping == "in-memory" else ["--location", str(folder)]
    command += ["--cert", str(tls.certificate), "--key", str(tls.key)]
    for service, port in vars(ports).items():
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
    settings = {"AZURITE_ACCOUNTS": ";".join(f"{name}:{key}" for name, key in accounts.items()), "HOME": str(folder)}
    if keeping == "durably":
        settings["NODE_OPTIONS"] = f'--require "{DURABLE}"'
    return Child("Azurite", command, env=clean_environment() | settings, log=folder / "azurite.log", cwd=folder)
