"""Exit codes: what a script may rely on."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    UNREACHABLE = 4
    NOT_MIGRATED = 5


MEANING = {
    Exit.OK: "Done. A watched run ended migrated, or you left with Ctrl-C and it goes on. After `failback`: all is as before.",
    Exit.REFUSED: "The agent refused the request or failed at it; nothing else is implied about the run.",
    Exit.USAGE: "The command was called wrongly, or the plan has problems; nothing was started.",
    Exit.NOT_ALLOWED: "The function key is missing or wrong, or the person may not decide.",
    Exit.UNREACHABLE: "The agent did not answer. A run that was started goes on without this command.",
    Exit.NOT_MIGRATED: "The watched run ended failed-back, aborted or needs-operator; of `failback`: something is left over.",
}
