"""What the runbook does in Azure, as role-based access control names it.

Lives here: the actions, and which of them a plan needs. Never here: a call, an SDK. `infra/azure-role.json` allows exactly
these; a test compares both. What a template creates, and removing it, needs rights of its own: Resource Manager checks them
when it validates the template.
Source: "Azure permissions" for Microsoft.Web, Network, Storage, Resources, Authorization and Key Vault; the data roles.
"""

from plan.model import Plan

_GROUP = (
    "Microsoft.Authorization/permissions/read",
    "Microsoft.Resources/deployments/operations/read",
    "Microsoft.Resources/deployments/operationstatuses/read",
    "Microsoft.Resources/deployments/read",
    "Microsoft.Resources/deployments/validate/action",
    "Microsoft.Resources/deployments/whatIf/action",
    "Microsoft.Resources/deployments/write",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
)
_APP = (
    "Microsoft.Web/sites/config/appsettings/read",
    "Microsoft.Web/sites/config/list/action",
    "Microsoft.Web/sites/config/read",
    "Microsoft.Web/sites/config/write",
    "Microsoft.Web/sites/functions/read",
    "Microsoft.Web/sites/publish/action",
    "Microsoft.Web/sites/read",
    "Microsoft.Web/sites/start/action",
    "Microsoft.Web/sites/stop/action",
    "Microsoft.Web/sites/syncfunctiontriggers/action",
)
_METRICS = ("Microsoft.Insights/components/read", "Microsoft.Insights/metrics/read")
_DOMAIN = (
    "Microsoft.Web/sites/hostNameBindings/delete",
    "Microsoft.Web/sites/hostNameBindings/read",
    "Microsoft.Web/sites/hostNameBindings/write",
)
_PROFILE = (
    "Microsoft.Network/trafficManagerProfiles/read",
    "Microsoft.Network/trafficManagerProfiles/write",
)
_CONTAINERS = (
    "Microsoft.Storage/storageAccounts/blobServices/containers/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/write",
)
_TABLES = (
    "Microsoft.Storage/storageAccounts/tableServices/tables/read",
    "Microsoft.Storage/storageAccounts/tableServices/tables/write",
)
_QUEUES = (
    "Microsoft.Storage/storageAccounts/queueServices/queues/read",
    "Microsoft.Storage/storageAccounts/queueServices/queues/write",
)

_ARTIFACTS = ("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",)
_BLOBS = tuple(
    f"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/{verb}" for verb in ("delete", "read", "write")
)
_ENTITIES = tuple(
    f"Microsoft.Storage/storageAccounts/tableServices/tables/entities/{verb}"
    for verb in ("add/action", "delete", "read", "update/action", "write")
)
_MESSAGES = tuple(
    f"Microsoft.Storage/storageAccounts/queueServices/queues/messages/{verb}"
    for verb in ("add/action", "delete", "process/action", "read", "write")
)
_SECRETS = tuple(
    f"Microsoft.KeyVault/vaults/secrets/{verb}"
    for verb in ("delete", "getSecret/action", "readMetadata/action", "setSecret/action", "update/action")
)

CONTROL_ACTIONS = tuple(sorted({*_GROUP, *_APP, *_METRICS, *_DOMAIN, *_PROFILE, *_CONTAINERS, *_TABLES, *_QUEUES}))
"""Everything that any plan may need of Resource Manager."""
DATA_ACTIONS = tuple(sorted({*_ARTIFACTS, *_BLOBS, *_ENTITIES, *_MESSAGES, *_SECRETS}))
"""Everything that any plan may need of data planes."""
_DATA = {action.lower() for action in DATA_ACTIONS}


def is_data_action(action: str) -> bool:
    """Whether the action is one on data, which other entries of a role allow."""
    return action.lower() in _DATA


def needed_actions(plan: Plan) -> list[tuple[str, str]]:
    """(action, resource) for everything that the plan's runbook does in Azure, sorted, as `Permissions.missing` takes it.

    All are looked for in the target's resource group, where the role is meant to be assigned.
    """
    group = f"/subscriptions/{plan.target.subscription}/resourceGroups/{plan.target.resource_group}"
    actions = {*_GROUP, *_APP, *_ARTIFACTS}
    if plan.target.domain:
        actions |= {*_DOMAIN}
    if plan.traffic.router == "traffic-manager":
        actions |= {*_PROFILE}
    if plan.strategy == "zero-downtime":
        actions |= {*_METRICS}
    kinds = {store.kind for store in plan.state.stores}
    if "dynamodb-to-table" in kinds:
        actions |= {*_TABLES, *_ENTITIES}
    if "s3-to-blob" in kinds:
        actions |= {*_CONTAINERS, *_BLOBS}
    if plan.state.queues:
        actions |= {*_QUEUES, *_MESSAGES}
    if plan.secrets:
        actions |= {*_SECRETS}
    return [(action, group) for action in sorted(actions)]
