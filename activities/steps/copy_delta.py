"""The step that brings over the last changes, when nobody writes any more."""

from datetime import timedelta

from activities import bulk, deltas
from activities.step import Done, Step, Verdict, Waiting, Work
from adapters.records import Json, Progress


class CopyDelta(Step):
    """Bring over every change that is left, and carry over what is left in queues that are not drained."""

    owner = "data"
    instruction = "Apply the last changes of {stores}; move the messages that are left in queues that are not drained."
    expected = "No change is left in any stream, and no message is left in AWS."
    validation = "Every stream is read to its end after the source was closed; the queues are read."
    rollback = "Messages go back to AWS; what was brought over goes with the copy."
    estimate = timedelta(minutes=2)

    def do(self, work: Work, before: Json) -> Json:
        """Go on where the last look stopped."""
        return deltas.begun(work)

    def parts(self, work: Work, before: Json) -> list[str]:
        """Every queue whose leftovers move."""
        return [f"{name}~queue" for name in bulk.moved(work)]

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one queue."""
        return bulk.copy_piece(work, part, token, seconds)

    def verify(self, work: Work, before: Json) -> Verdict:
        """One more look, until there is nothing left."""
        left = bulk.not_empty(work)
        seen = deltas.look(work)
        if left or not seen["caught_up"]:
            return Waiting(
                f"messages in {', '.join(left)}" if left else f"the last changes ({seen['lags'][-1]} s behind)", seen
            )
        return Done(seen)
