"""What the stand-ins are told at start: ports, identities, certificates, storage accounts.

Never here: state that changes while they run (`store.py`).
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Storage:
    """Where storage accounts are served, path style: the account's name is the first path segment."""

    blob: str = ""
    queue: str = ""
    table: str = ""
    accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """The configuration file, with the ports and the data folder of the command line."""

    port: int
    vault_port: int
    data: Path
    subscription: str
    tenant: str
    identity_header: str
    server_cert: Path
    server_key: Path
    location: str = "westeurope"
    ca_cert_bundle: str = ""
    vault_name: str = "vault"
    storage: Storage = field(default_factory=Storage)
    site_environment: Mapping[str, str] = field(default_factory=dict)
    site_ports: Mapping[str, int] = field(default_factory=dict)
    host_command: tuple[str, ...] = (sys.executable, "-m", "local.host")
    """The Functions host; `--app DIR --port N --data DIR` is appended."""

    @classmethod
    def load(cls, file: Path, *, port: int, vault_port: int, data: Path) -> Self:
        """Read the configuration file.

        Raises:
            ValueError: a field is missing or unknown; the message names it.
        """
        told: dict[str, Any] = json.loads(file.read_text())
        told["storage"] = Storage(**told.get("storage", {}))
        for name in ("server_cert", "server_key"):
            if name in told:
                told[name] = Path(told[name])
        if "host_command" in told:
            told["host_command"] = tuple(told["host_command"])
        try:
            return cls(port=port, vault_port=vault_port, data=data, **told)
        except TypeError as error:
            raise ValueError(f"{file}: {error}") from error

    @property
    def arm_url(self) -> str:
        """Base URL of Resource Manager."""
        return f"https://localhost:{self.port}"

    @property
    def vault_url(self) -> str:
        """Base URL of the vault's data plane."""
        return f"https://127.0.0.1:{self.vault_port}"
