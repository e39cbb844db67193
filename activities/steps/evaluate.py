"""The last step: what can be measured is measured, what cannot is a question to a person."""

from datetime import timedelta

from activities.front_door import healthy
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json

_ASKED = 10
QUESTIONS = {
    "aws": "Is the cost of what is left in AWS known, and is there a date for its removal?",
    "azure": "Do scaling limits, pipelines, backups and disaster recovery work for the function app?",
    "network": "When does the lowered TTL go back to its old value?",
    "qa": "Do alerts and service levels watch the new endpoint?",
    "lead": "Who has access to the function app, and who should not have it any longer?",
}
"""What the program cannot measure, by the role that answers."""


class Evaluate(Step):
    """Measure the migrated workload and list what only people can answer."""

    owner = "lead"
    instruction = "Measure the clients' address, look for work left in AWS, and put the open questions to their owners."
    expected = "Clients are served, no message is left in AWS, and every open question has an owner."
    validation = "The clients' address is asked, queues are read, the record gives counts and hashes."
    rollback = "None: measuring changes nothing."
    break_glass = "Refused: it stands after finalize."
    estimate = timedelta(minutes=5)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Measure."""
        depths = {it.name: work.world.queues.depth(it.source_queue) for it in work.plan.state.queues}
        left = [name for name, depth in depths.items() if not depth.empty]
        answers = [healthy(work) for _ in range(_ASKED)]
        bad = [problem for _, problem in answers if problem]
        if left or bad:
            return Failed(f"queues with messages: {left}; wrong answers: {bad}", "Look at these; the workload stays on Azure.")
        seconds = sorted(round(answer.seconds, 3) for answer, _ in answers)
        state = work.record.evidence("verify_state") or work.record.evidence("verify_backup") or {}
        owners: dict[str, str] = {role: owner.name for role, owner in work.plan.owners.items()}
        questions = [{"owner": owners.get(role, role), "question": text} for role, text in QUESTIONS.items()]
        return Done(
            {
                "seconds": {"median": seconds[_ASKED // 2], "slowest": seconds[-1]},
                "items": state.get("items"),
                "questions": questions,
            }
        )
