"""What can go wrong with the record itself."""


class LedgerUnavailable(Exception):
    """The ledger's storage did not answer, or refused; nothing new may be begun until it does."""

    MEND = "Check the ledger's storage account and the way to it."


class LedgerRefused(LedgerUnavailable):
    """The ledger's storage answered and would not: a missing role, a closed network, or a request that it cannot take."""

    MEND = (
        "Grant the agent's identity Storage Table Data Contributor and Storage Blob Data Contributor on the ledger's storage "
        "account, and let the account's network rules admit the agent."
    )


class NoLedger(RuntimeError):
    """The process is not told where the ledger is."""


class AlreadyThere(Exception):
    """A row that is written only once exists already."""


class Changed(Exception):
    """A row was changed by somebody else in between."""


class RunUnknown(Exception):
    """No run has this id."""

    def __init__(self, run: str) -> None:
        super().__init__(f"No run has the id {run!r}; GET /api/migrations lists the runs.")


class TakenOver(Exception):
    """The run was taken from whoever carried it: what it still has under way changes nothing any more."""

    MEND = "Look at the run's events for who took it; `dayzero failback --from-ledger` goes on with it."

    def __init__(self, run: str) -> None:
        super().__init__(f"Run {run} is carried by somebody else now.")


class WorkloadBusy(Exception):
    """Another run of the workload is still alive."""

    def __init__(self, workload: str, run: str) -> None:
        super().__init__(f"Run {run} of workload {workload} is still alive; wait for its end or abort it.")
        self.workload, self.run = workload, run
