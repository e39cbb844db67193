"""The ledger as one thing, and how a process gets it."""

import os
from functools import cache

from azure.identity import DefaultAzureCredential

from ledger.archive import Archive
from ledger.errors import NoLedger
from ledger.events import Events
from ledger.exceptions import Exceptions
from ledger.locks import Locks
from ledger.outbox import Outbox
from ledger.promotions import Promotions
from ledger.rehearsals import Rehearsals
from ledger.runs import Runs
from ledger.steps import Steps
from ledger.storage import Storage
from ledger.votes import Votes


class Ledger:
    """Runs, steps, votes, events, locks and rehearsals in one storage account."""

    def __init__(self, storage: Storage) -> None:
        storage.prepare()
        self.runs, self.steps = Runs(storage), Steps(storage)
        self.outbox = Outbox(storage)
        self.votes = Votes(storage, self.steps)
        self.events, self.locks = Events(storage), Locks(storage)
        self.promotions, self.rehearsals = Promotions(storage), Rehearsals(storage)
        self.exceptions = Exceptions(storage)
        self.archive = Archive(storage)


@cache
def open_ledger() -> Ledger:
    """The ledger that the process's settings name: DAYZERO_LEDGER_TABLES and DAYZERO_LEDGER_BLOBS.

    Raises:
        NoLedger: a setting is missing.
    """
    missing = [name for name in ("DAYZERO_LEDGER_TABLES", "DAYZERO_LEDGER_BLOBS") if not os.environ.get(name)]
    if missing:
        raise NoLedger(f"Set {' and '.join(missing)} to the service URLs of the ledger's storage account.")
    tables, blobs = os.environ["DAYZERO_LEDGER_TABLES"], os.environ["DAYZERO_LEDGER_BLOBS"]
    return Ledger(Storage(tables, blobs, DefaultAzureCredential()))
