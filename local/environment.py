"""The embedded environment as a whole: MiniStack, Azurite and the ARM stand-in, started together and ended together.

Lives here: what is started, with which ports, and how long it lives. Never here: resources of a workload.
"""

import json
import secrets
import shutil
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local.azurite import Keeping, StoragePorts, azurite, new_accounts
from local.certificates import make_certificates
from local.endpoints import LOCATION, SUBSCRIPTION, TARGET_SITE, TENANT, VAULT_NAME, Endpoints
from local.ministack import health_url, ministack
from local.processes import ROOT, Child, StartFailed, clean_environment, free_ports

ATTEMPTS = 3


class Environment:
    """A context manager. Everything it starts listens on 127.0.0.1 and is gone afterwards, even if this process is killed.

    Each start is a fresh world: what an earlier one left in `folder` is removed.

    Args:
        folder: where data, logs, certificates and `environment.json` go; made when absent.
        arm: whether to start the ARM stand-in (with managed identity and Key Vault) too.
        keeping: how Azure Storage keeps its data (see `azurite`): quick with many rows "in-memory", safe from a kill "durably".

    Raises:
        StartFailed: from `start`, with the end of the log of the part that failed.
    """

    def __init__(self, folder: Path, *, arm: bool = True, keeping: Keeping = "lazily") -> None:
        self.folder = folder.resolve()
        self.storage_keys = new_accounts()
        self._arm, self._keeping = arm, keeping
        self._identity_header = secrets.token_hex(16)
        self._children: dict[str, Child] = {}
        self._endpoints: Endpoints | None = None

    @property
    def endpoints(self) -> Endpoints:
        """Where everything answers. Raises RuntimeError before `start`."""
        if self._endpoints is None:
            raise RuntimeError("the environment is not started: use it in a `with` block, or call start() first")
        return self._endpoints

    def variables(self) -> dict[str, str]:
        """Environment variables with which a process reaches everything; holds the identity secret, so don't print it."""
        return self.endpoints.variables(self._identity_header)

    def start(self) -> Self:
        """Start all parts side by side and return once each answers; a port lost to another program is replaced."""
        for attempts_left in reversed(range(ATTEMPTS)):
            ports = free_ports(8)
            try:
                self._start_on(ports)
                break
            except BaseException as error:
                self.stop()
                lost_a_port = isinstance(error, StartFailed) and any(_taken(port) for port in ports)
                if not (lost_a_port and attempts_left):
                    raise
        return self

    def stop(self) -> None:
        """End everything that was started; twice is harmless."""
        for name in reversed(list(self._children)):
            self._children.pop(name).stop()
        self._endpoints = None

    def restart_azurite(self, *, outage: float = 0.0) -> None:
        """End Azurite and start it again, `outage` seconds later, with the same data, ports and keys.

        One that keeps its data durably is killed (SIGKILL), whatever it is doing; any other is ended in order, since it would
        forget what it acknowledged in its last seconds, which Azure Storage does not do.
        """
        child = self._children["azurite"]
        if self._keeping == "durably":
            child.kill()
        else:
            child.stop()
        time.sleep(outage)
        child.start()
        self._await_azurite(child, self.endpoints)

    def _start_on(self, ports: list[int]) -> None:
        for part in ("ministack", "azurite", "arm", "tls"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        aws, arm, identity, vault, site, *storage = ports
        tls = make_certificates(self.folder / "tls")
        services = StoragePorts(*storage)
        urls = services.urls()
        self._endpoints = Endpoints(
            aws=f"http://127.0.0.1:{aws}",
            blobs=urls["blob"],
            queues=urls["queue"],
            tables=urls["table"],
            arm=f"https://localhost:{arm}" if self._arm else "",
            identity=f"http://127.0.0.1:{identity}/msi/token" if self._arm else "",
            vault=f"https://127.0.0.1:{vault}" if self._arm else "",
            target=f"http://127.0.0.1:{site}",
            ca_bundle=str(tls.bundle),
        )
        children = self._children
        children["azurite"] = azurite(self.folder / "azurite", services, self.storage_keys, tls, self._keeping).start()
        children["ministack"] = ministack(self.folder / "ministack", aws).start()
        if self._arm:
            config = self._write_arm_config(tls.certificate, tls.key, urls, site)
            children["arm"] = self._arm_child(arm, identity, vault, config).start()
            for url in (f"https://127.0.0.1:{arm}/", self._endpoints.vault, self._endpoints.identity):
                children["arm"].wait_until(url, verify=str(tls.bundle))
        children["ministack"].wait_until(health_url(aws))
        self._await_azurite(children["azurite"], self._endpoints)
        if not children["ministack"].listens_on(aws):  # the others are known by their certificates
            raise StartFailed(f"another program took port {aws} while MiniStack started")
        self._endpoints.write(self.folder / "environment.json")

    def _await_azurite(self, child: Child, endpoints: Endpoints) -> None:
        for url in (endpoints.blobs, endpoints.queues, endpoints.tables):
            child.wait_until(url, verify=endpoints.ca_bundle)

    def _arm_child(self, arm: int, identity: int, vault: int, config: Path) -> Child:
        command = [sys.executable, "-m", "local.arm", "--port", str(arm), "--identity-port", str(identity)]
        command += ["--vault-port", str(vault), "--data", str(self.folder / "arm"), "--config", str(config)]
        log = self.folder / "arm" / "arm.log"
        return Child("the ARM stand-in", command, env=clean_environment(), log=log, cwd=ROOT)

    def _write_arm_config(self, certificate: Path, key: Path, storage: dict[str, str], site_port: int) -> Path:
        """The file that `python -m local.arm` reads; it holds keys, so only the owner may read it."""
        endpoints = self.endpoints
        config = {
            "subscription": SUBSCRIPTION,
            "tenant": TENANT,
            "location": LOCATION,
            "identity_header": self._identity_header,
            "ca_cert_bundle": endpoints.ca_bundle,
            "server_cert": str(certificate),
            "server_key": str(key),
            "storage": storage | {"accounts": self.storage_keys},
            "vault_name": VAULT_NAME,
            "site_environment": endpoints.identity_variables(self._identity_header)
            | endpoints.trust()
            | endpoints.aws_variables(),
            "site_ports": {TARGET_SITE: site_port},
        }
        path = self.folder / "arm" / "config.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(config, indent=2))
        return path

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def _taken(port: int) -> bool:
    """Whether somebody else uses the port, now that our own processes are gone."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return False
    return True
