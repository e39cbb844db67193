"""What the ledger itself has to say, as failures of the command: for the verbs that speak to it without the agent."""

from collections.abc import Iterator
from contextlib import contextmanager

from cli.exits import Exit
from cli.failures import Failure


@contextmanager
def ledger_trouble() -> Iterator[None]:
    """Around what speaks to the ledger."""
    from ledger.errors import LedgerRefused, LedgerUnavailable, NoLedger, RunUnknown, TakenOver

    try:
        yield
    except NoLedger as missing:
        raise Failure(Exit.USAGE, str(missing), "Copy them from the settings of the agent's function app") from None
    except RunUnknown as unknown:
        raise Failure(Exit.REFUSED, str(unknown).partition(";")[0] + ".", "Check the id, and which ledger is named") from None
    except TakenOver as later:
        raise Failure(Exit.REFUSED, f"Stopped: {later}", "Another session goes on with the run; look at its events") from None
    except LedgerRefused as refused:
        raise Failure(Exit.NOT_ALLOWED, str(refused), refused.MEND) from None
    except LedgerUnavailable as silent:
        raise Failure(Exit.UNREACHABLE, str(silent), silent.MEND) from None
