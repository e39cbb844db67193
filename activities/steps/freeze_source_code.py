"""The step that pins the code which the Azure package was built from."""

from datetime import timedelta

from activities.source_state import code_hashes
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class FreezeSourceCode(Step):
    """Record the code hashes of the Lambda functions; every later gate checks them again."""

    owner = "aws"
    instruction = "Stop deployments to {functions} and record the hash of the code that runs."
    expected = "The code of every function is the code that the Azure package was built from, and it stays so."
    validation = "Lambda's CodeSha256 is compared with the plan now, and with this record before every gate opens."
    rollback = "Nothing to restore: deployments to AWS may go on once the migration has ended."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Compare with the hashes that the plan names."""
        found = code_hashes(work.plan, work.world)
        planned = {function.name: function.code_sha256 for function in work.plan.source.functions if function.code_sha256}
        other = [name for name, wanted in planned.items() if found[name] != wanted]
        if other:
            return Failed(
                f"the code of {', '.join(other)} is not what the plan names",
                "Build the package from the code that runs.",
                "drift",
            )
        return Done({"code": found})
