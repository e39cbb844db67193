"""What IAM allows the agent."""

import boto3


class IamPermissions:
    """Permissions of the role, or of the caller when None."""

    def __init__(self, session: boto3.Session, role_arn: str | None = None) -> None:
        self._session = session
