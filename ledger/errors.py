"""What can go wrong with the record itself."""


class LedgerUnavailable(Exception):
    """The ledger's storage did not answer or refused; nothing new may be begun until it does."""


class AlreadyThere(Exception):
    """A row that is written only once exists already."""


class Changed(Exception):
    """A row was changed by somebody else in between."""


class RunUnknown(Exception):
    """No run has this id."""

    def __init__(self, run: str) -> None:
        super().__init__(f"No run has the id {run!r}; GET /api/migrations lists the runs.")


class WorkloadBusy(Exception):
    """Another run of the workload is still alive."""

    def __init__(self, workload: str, run: str) -> None:
        super().__init__(f"Run {run} of workload {workload} is still alive; wait for its end or abort it.")
        self.workload, self.run = workload, run
