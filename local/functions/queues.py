"""Queue triggers: one listener a function, with batches, retries and the poison queue of the documentation.

Lives here: receiving and settling messages. Never here: connections (`storage.py`).
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

import asyncio
import base64
import binascii
import contextlib
import logging
from collections.abc import Awaitable, Callable

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.functions.meta import Datum
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.functions.codec import text_datum
from local.functions.hostconfig import QueueOptions
from local.functions.outputs import send

_log = logging.getLogger("host.queues")

_HOLD_SECONDS = 600
"""A message in hand is invisible to others for ten minutes, renewed at half time, as in the real host."""
_FIRST_PAUSE_SECONDS = 0.1

type Run = Callable[[Datum, dict[str, Datum]], Awaitable[None]]
"""Runs the function with a body and the trigger's metadata; raises if the function fails."""


class QueueListener:
    """Takes messages from one queue and runs a function with each."""

    def __init__(self, name: str, queue: QueueClient, poison: QueueClient, options: QueueOptions, run: Run) -> None:
        self._name, self._queue, self._poison, self._options, self._run = name, queue, poison, options, run
        self._stopping = asyncio.Event()
        self._settled = asyncio.Event()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._loop = asyncio.create_task(self._listen(), name=f"queue-{self._name}")

    async def stop(self, patience: float) -> None:
        """Take no more messages; those in hand have `patience` seconds, after which they become visible again in time."""
        self._stopping.set()
        self._settled.set()
        if self._loop is not None:
            await self._loop
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=patience)

    async def _listen(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        longest = self._options.max_polling_interval.total_seconds()
        while not self._stopping.is_set():
            try:
                found = await self._receive()
            except AzureError as error:
                _log.warning("Queue '%s' cannot be read: %s", self._queue.queue_name, type(error).__name__)
                found = 0
            if found:
                pause = _FIRST_PAUSE_SECONDS
                await self._below_threshold()
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
                pause = min(pause * 2, longest)

    async def _receive(self) -> int:
        try:
            pages = self._queue.receive_messages(
                messages_per_page=self._options.batch_size,
                max_messages=self._options.batch_size,
                visibility_timeout=_HOLD_SECONDS,
            )
            messages = [message async for message in pages]
        except ResourceNotFoundError:
            with contextlib.suppress(ResourceExistsError):
                await self._queue.create_queue()
            return 0
        for message in messages:
            task = asyncio.create_task(self._handle(message))
            self._in_hand.add(task)
            task.add_done_callback(self._done)
        return len(messages)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._settled.set()

    async def _below_threshold(self) -> None:
        while len(self._in_hand) > self._options.new_batch_threshold and not self._stopping.is_set():
            self._settled.clear()
            await self._settled.wait()

    async def _handle(self, message: QueueMessage) -> None:
        try:
            await self._process(message)
        except AzureError as error:
            # Nothing is lost: the message becomes visible again when the hold ends.
            _log.warning("Message %s of '%s' not settled: %s", message.id, self._queue.queue_name, type(error).__name__)

    async def _process(self, message: QueueMessage) -> None:
        count = message.dequeue_count or 1
        if count > self._options.max_dequeue_count:
            await self._to_poison(message, "was taken too often")
            return
        try:
            body = _body(message.content, base64_bodies=self._options.base64)
        except ValueError:
            await self._to_poison(message, "is not base64, as host.json wants it (extensions.queues.messageEncoding)")
            return
        hold = asyncio.create_task(self._hold(message))
        try:
            await self._run(text_datum(body), _metadata(message))
        except Exception:
            failed = True  # logged where the function ran
        else:
            failed = False
        finally:
            hold.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hold
        if not failed:
            await self._queue.delete_message(message)
        elif count >= self._options.max_dequeue_count:
            await self._to_poison(message, f"failed {count} times")
        else:
            delay = int(self._options.visibility_timeout.total_seconds())
            await self._queue.update_message(message, visibility_timeout=delay)

    async def _hold(self, message: QueueMessage) -> None:
        while True:
            await asyncio.sleep(_HOLD_SECONDS / 2)
            renewed = await self._queue.update_message(message, visibility_timeout=_HOLD_SECONDS)
            message.pop_receipt = renewed.pop_receipt

    async def _to_poison(self, message: QueueMessage, why: str) -> None:
        _log.error("Message %s %s; it goes to '%s'", message.id, why, self._poison.queue_name)
        await send(self._poison, message.content)
        await self._queue.delete_message(message)


def _body(content: str, *, base64_bodies: bool) -> bytes:
    if not base64_bodies:
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _metadata(message: QueueMessage) -> dict[str, Datum]:
    """What the trigger tells beside the body, under the names of the documentation."""
    times = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    told = {name: Datum(time.isoformat(), "string") for name, time in times.items() if time is not None}
    return told | {
        "Id": Datum(message.id, "string"),
        "PopReceipt": Datum(message.pop_receipt, "string"),
        "DequeueCount": Datum(message.dequeue_count, "int"),
    }
