"""Azurite's queues for the tests of queue triggers: plain http with a key, or TLS with tokens."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.storage.queue import QueueClient, QueueServiceClient

from local.azurite import EXECUTABLE
from local.processes import Child, clean_environment, free_port

_ACCOUNT, _KEY = "tests", base64.b64encode(b"k" * 64).decode()


@dataclass(frozen=True)
class Queues:
    """A running queue service."""

    connection_string: str

    def queue(self, name: str) -> QueueClient:
        """A client whose bodies are sent and read as they are."""
        return QueueServiceClient.from_connection_string(self.connection_string).get_queue_client(name)

    def bodies(self, name: str) -> list[str]:
        """What lies in the queue, visible, at most 32."""
        queue = self.queue(name)
        return [message.content for message in queue.peek_messages(32)] if name in self.names() else []

    def names(self) -> list[str]:
        """The queues there are."""
        service = QueueServiceClient.from_connection_string(self.connection_string)
        return [queue.name for queue in service.list_queues()]

    def count(self, name: str) -> int:
        """Messages in the queue, those in somebody's hands included."""
        return self.queue(name).get_queue_properties().approximate_message_count or 0


@contextmanager
def queue_service(folder: Path) -> Iterator[Queues]:
    """Azurite's queue service over plain http."""
    port = free_port()
    command = [str(EXECUTABLE), "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", str(folder)]
    for name, number in (("queue", port), ("blob", free_port()), ("table", free_port())):
        command += [f"--{name}Host", "127.0.0.1", f"--{name}Port", str(number)]
    env = clean_environment() | {"AZURITE_ACCOUNTS": f"{_ACCOUNT}:{_KEY}", "HOME": str(folder)}
    address = f"http://127.0.0.1:{port}/{_ACCOUNT}"
    with Child("Azurite", command, env=env, log=folder / "azurite.log", cwd=folder) as child:
        child.wait_until(address)
        yield Queues(f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};QueueEndpoint={address};")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
