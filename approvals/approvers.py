"""Who may decide at a gate, and whose voice it is: approvers, their delegates, holders of a role.

Lives here: reading the plan that the run was started with. Never here: how a person has shown who it is (identity.py).
"""

from dataclasses import dataclass
from functools import cached_property

from approvals.errors import NotAllowed
from ledger.runs import Run
from ledger.votes import Vote
from plan.people import Channel, Gate


@dataclass(frozen=True)
class Person:
    """Somebody at a door, as the door knows them.

    `name` is the name in the plan, or how the channel calls the person; `roles` are app roles that Entra ID vouches for.
    """

    name: str
    channel: Channel
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """One gate's rules about people, in one run."""

    run: Run
    name: str

    @cached_property
    def gate(self) -> Gate:
        """The gate as the plan has it."""
        return Gate.model_validate(self.run.plan["approvals"][self.name])

    def voice(self, person: Person, votes: list[Vote], *, approves: bool) -> str:
        """The approver whose voice the person's word is.

        Args:
            person: who decides.
            votes: what was said at the gate before.
            approves: whether the word is an approval; whoever started a run may always reject it.

        Raises:
            NotAllowed: 403 when the channel or the person may not, 409 when person or approver has spoken already.
        """
        if person.channel not in self.gate.channels:
            mend = f"Decide by one of: {', '.join(self.gate.channels)}."
            raise NotAllowed(403, f"Gate {self.name} takes no decision by {person.channel}.", mend)
        voices = self.voices(person)
        if not voices:
            mend = f"Ask one of: {', '.join(self.gate.approvers)}."
            raise NotAllowed(403, f"{person.name!r} may not decide at gate {self.name}.", mend)
        if approves:
            voices = self._without_starter(person, voices)
        if any(vote.by == person.name for vote in votes):
            raise NotAllowed(409, f"{person.name} has decided at gate {self.name} already.", "The first word counts.")
        taken = {vote.on_behalf for vote in votes}
        free = [name for name in voices if name not in taken]
        if not free:
            text = f"{', '.join(voices)} has decided at gate {self.name} already."
            raise NotAllowed(409, text, "Ask another approver.")
        return free[0]

    def voices(self, person: Person) -> list[str]:
        """Every approver for whom the person may speak, the own voice first."""
        own = [person.name] if person.name in self.gate.approvers or person.roles & set(self.gate.roles) else []
        return own + [name for name, stand_ins in self.gate.delegates.items() if person.name in stand_ins]

    def people(self) -> list[str]:
        """All who may decide by name: approvers, then delegates; each once."""
        stand_ins = [name for names in self.gate.delegates.values() for name in names]
        return list(dict.fromkeys([*self.gate.approvers, *stand_ins]))

    def _without_starter(self, person: Person, voices: list[str]) -> list[str]:
        starter = self.run.started_by
        if not self.gate.not_by_starter:
            return voices
        mend = f"Ask one of: {', '.join(name for name in self.gate.approvers if name != starter)}."
        if not starter:
            raise NotAllowed(409, "Nobody knows who started the run, so nobody else can approve.", "Start it with --by.")
        left = [name for name in voices if starter not in {person.name, name}]
        if not left:
            raise NotAllowed(403, f"{starter} started the run and may not approve at gate {self.name}.", mend)
        return left
