"""A look at the ledger that changes nothing: whether it can be read, for whoever asks before it is needed."""

import os

from azure.identity import DefaultAzureCredential

from ledger.errors import NoLedger
from ledger.storage import Storage

SETTINGS = ("DAYZERO_LEDGER_TABLES", "DAYZERO_LEDGER_BLOBS")


def look() -> str:
    """Read the ledger that the process's settings name; its address.

    Raises:
        NoLedger: a setting is missing.
        LedgerUnavailable: it does not answer, or refuses; a table that is not there counts as refused.
    """
    missing = [name for name in SETTINGS if not os.environ.get(name)]
    if missing:
        raise NoLedger(f"Set {' and '.join(missing)} to the service URLs of the ledger's storage account.")
    tables, blobs = (os.environ[name] for name in SETTINGS)
    Storage(tables, blobs, DefaultAzureCredential()).partition("runs", "nobody")
    return tables
