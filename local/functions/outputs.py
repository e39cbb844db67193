"""Queue output bindings: what a function returned or set goes to the queues that its bindings name.

Lives here: that. Never here: HTTP responses.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.functions.meta import Datum
from azure.storage.queue.aio import QueueClient

from local.functions.codec import encode
from local.functions.invoker import Outcome
from local.functions.loader import LoadedFunction
from local.functions.storage import QueueClients


class Outputs:
    """Delivers the outcome of an invocation."""

    def __init__(self, clients: QueueClients, *, base64_bodies: bool) -> None:
        self._clients, self._base64 = clients, base64_bodies

    async def deliver(self, function: LoadedFunction, outcome: Outcome) -> None:
        """Send what was given for each queue output; a queue that is missing is created.

        Raises:
            TypeError: a value cannot be a message. Errors of the storage account come through.
        """
        for binding in function.bindings:
            if binding["type"] != "queue":
                continue
            value = outcome.value if binding["name"] == "$return" else outcome.outputs.get(binding["name"])
            if value is not None:
                queue = self._clients.queue(str(binding.get("connection") or ""), binding["queueName"])
                for body in _bodies(encode("queue", value)):
                    await send(queue, base64.b64encode(body).decode("ascii") if self._base64 else body.decode())


async def send(queue: QueueClient, content: str) -> None:
    """Put a message as it is, creating the queue if need be."""
    try:
        await queue.send_message(content)
    except ResourceNotFoundError:
        await queue.create_queue()
        await queue.send_message(content)


def _bodies(datum: Datum) -> Iterator[bytes]:
    """The messages in the data: text, bytes, or JSON of one message or a list of them."""
    if datum.type != "json":
        yield datum.value if isinstance(datum.value, bytes) else str(datum.value).encode()
        return
    value: Any = json.loads(datum.value)
    for item in value if isinstance(value, list) else [value]:
        yield (item if isinstance(item, str) else str(item["body"])).encode()
