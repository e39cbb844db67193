"""Where the parts of the embedded environment answer, and the variables that tell a process so.

Lives here: addresses and names of settings. Never here: processes, and secrets in the file that is written.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from local.azurite import LEDGER_ACCOUNT, SAMPLE_ACCOUNT
from local.ministack import REGION

SUBSCRIPTION = "00000000-0000-0000-0000-00000000da70"
TENANT = "00000000-0000-0000-0000-00000000ada7"
LOCATION = "westeurope"
VAULT_NAME = "orders-vault"
TARGET_SITE = "orders-func"


@dataclass(frozen=True)
class Endpoints:
    """Base URLs without a trailing slash. `arm`, `identity` and `vault` are empty when the environment runs without them."""

    aws: str
    blobs: str
    queues: str
    tables: str
    arm: str
    identity: str
    vault: str
    target: str
    """The sample's function app (site `orders-func`); it answers once something is deployed to it."""
    ca_bundle: str
    """PEM file that clients must trust; it holds the public roots too."""

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def variables(self, identity_header: str) -> dict[str, str]:
        """Environment variables with which the SDKs and the product reach all of it.

        Args:
            identity_header: the secret that the managed identity endpoint asks for, as on Azure.
        """
        found = (
            self.aws_variables()
            | {
                "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
                "DAYZERO_LEDGER_TABLES": f"{self.tables}/{LEDGER_ACCOUNT}",
                "DAYZERO_LEDGER_BLOBS": f"{self.blobs}/{LEDGER_ACCOUNT}",
                "TARGET_TABLES": f"{self.tables}/{SAMPLE_ACCOUNT}",
                "TARGET_BLOBS": f"{self.blobs}/{SAMPLE_ACCOUNT}",
                "TARGET_QUEUES": f"{self.queues}/{SAMPLE_ACCOUNT}",
                "TARGET_BASE_URL": self.target,
            }
            | self.trust()
        )
        if self.arm:
            found |= self.identity_variables(identity_header)
            found |= {"DAYZERO_ARM_ENDPOINT": self.arm, "DAYZERO_METRICS_ENDPOINT": self.arm, "TARGET_VAULT": self.vault}
            found |= {"TARGET_SCM_URL": f"{self.arm}/scm/{TARGET_SITE}"}
        return found

    def aws_variables(self) -> dict[str, str]:
        """What makes the SDKs for AWS reach MiniStack, which takes any key."""
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return {"AWS_ENDPOINT_URL": self.aws, "AWS_DEFAULT_REGION": REGION} | keys

    def trust(self) -> dict[str, str]:
        """What makes Python's TLS clients (requests; httpx and ssl) trust the environment's certificates."""
        return {"REQUESTS_CA_BUNDLE": self.ca_bundle, "SSL_CERT_FILE": self.ca_bundle}

    def identity_variables(self, identity_header: str) -> dict[str, str]:
        """What DefaultAzureCredential looks for on App Service; the site's platform sets the same two on Azure."""
        return {"IDENTITY_ENDPOINT": self.identity, "IDENTITY_HEADER": identity_header}
