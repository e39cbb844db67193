"""What IAM allows the agent.

Lives here: asking IAM to simulate. Never here: which actions are needed (actions.py).
"""

from collections import defaultdict

import boto3

from adapters.aws.errors import aws_errors
from adapters.aws.session import caller_account
from adapters.errors import Denied
from adapters.records import Json

_MEND = (
    "Allow iam:SimulatePrincipalPolicy on the agent's own role, as infra/aws-role.yaml does; nothing can be said without it."
)


class IamPermissions:
    """Permissions of a principal, by IAM's policy simulator.

    The simulator knows identity policies and permission boundaries, not the policies of resources or of the organisation.
    Source: IAM API reference, SimulatePrincipalPolicy.

    Args:
        session: from `aws_session`.
        role_arn: the role whose permissions are looked at; None: whoever the session is. The account's root may do everything.
        account: account that the session must work in; None: any.
    """

    def __init__(self, session: boto3.Session, role_arn: str | None = None, account: str | None = None) -> None:
        self._session, self._role_arn, self._account = session, role_arn, account
        self._sts, self._iam = session.client("sts"), session.client("iam")

    def missing(self, needed: list[tuple[str, str]]) -> list[str]:
        """Of (action, resource ARN or `*`) those that are not allowed, each as `action on resource: decision`.

        With credentials of another account than `account`, that is the only thing said: nothing else would mean anything.

        Raises:
            Denied: the simulation itself is not allowed; the mend says what to allow.
        """
        if self._account and (actual := caller_account(self._session)) != self._account:
            return [f"work in account {self._account}: the credentials belong to account {actual}"]
        principal = self._role_arn or self._caller()
        if principal.endswith(":root"):
            return []
        actions: dict[str, list[str]] = defaultdict(list)
        for action, resource in dict.fromkeys(needed):
            actions[resource].append(action)
        found = [one for resource, names in actions.items() for one in self._denied(principal, resource, names)]
        return [f"{one['EvalActionName']} on {one['EvalResourceName']}: {one['EvalDecision']}" for one in found]

    def _denied(self, principal: str, resource: str, actions: list[str]) -> list[Json]:
        try:
            with aws_errors(f"permissions of {principal}", "Check the role's ARN in the plan (source.role_arn)."):
                pages = self._iam.get_paginator("simulate_principal_policy").paginate(
                    PolicySourceArn=principal, ActionNames=actions, ResourceArns=[resource]
                )
                results = [dict(result) for page in pages for result in page["EvaluationResults"]]
        except Denied as error:
            raise Denied(error.message, _MEND) from error
        return [result for result in results if result["EvalDecision"] != "allowed"]

    def _caller(self) -> str:
        """ARN of the user or role behind the session: an assumed role's session ARN leaves the role's path out."""
        with aws_errors("the identity of the caller"):
            arn = str(self._sts.get_caller_identity()["Arn"])
            if ":assumed-role/" not in arn:
                return arn
            return str(self._iam.get_role(RoleName=arn.split("/")[-2])["Role"]["Arn"])
