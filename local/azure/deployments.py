"""`Microsoft.Resources/deployments` of a resource group: validate, what-if, create, get, operations, delete; and their polling.

Never here: how a template is worked out (`deployment_run.py`). Source: specification/resources, deployments.
"""

import asyncio
import uuid
from datetime import UTC, datetime

from aiohttp import web

from local.azure.deployment_run import Deployment, Keys
from local.azure.errors import ArmError
from local.azure.ids import group_id
from local.azure.resources import Resources
from local.azure.settings import Settings
from local.azure.store import Document, Store
from local.azure.wire import Call, Route, reply

_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_ONE = _GROUP + "/providers/Microsoft.Resources/deployments/{deployment}"
_POLL = {"x-ms-retry-after-ms": "100"}
"""How soon to ask again; azure-core takes it where there is no Retry-After (which counts whole seconds)."""
_UNFINISHED = {"Accepted", "Running"}


class Deployments:
    """The operations on deployments."""

    def __init__(self, settings: Settings, store: Store, resources: Resources, keys: Keys) -> None:
        self._settings, self._store, self._resources, self._keys = settings, store, resources, keys
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: dict[str, Document] = {}
        for key, held in store.items("deployments"):
            if held["envelope"]["properties"]["provisioningState"] in _UNFINISHED:
                error = {"code": "DeploymentFailed", "message": "The stand-in was ended during the deployment; deploy again."}
                self._keep(key, held, "Failed", error=error)

    def routes(self) -> list[Route]:
        """The operations."""
        return [
            Route("POST", _ONE + "/validate", self._validate),
            Route("POST", _ONE + "/whatIf", self._what_if),
            Route("GET", _ONE + "/whatIfResults/{result}", self._what_if_result),
            Route("GET", _ONE + "/operationStatuses/{operation}", self._status),
            Route("GET", _GROUP + "/deployments/{deployment}/operations", self._operations),
            Route("GET", _GROUP + "/deployments/{deployment}/operations/{operation}", self._operation),
            Route("GET", _GROUP + "/providers/Microsoft.Resources/deployments", self._list),
            Route("PUT", _ONE, self._create),
            Route("GET", _ONE, self._get),
            Route("HEAD", _ONE, self._exists),
            Route("DELETE", _ONE, self._delete),
        ]

    def _id(self, call: Call) -> str:
        group = group_id(self._settings.subscription, call["group"])
        return f"{group}/providers/Microsoft.Resources/deployments/{call['deployment']}"

    def _link(self, call: Call, tail: str) -> str:
        return f"{self._settings.arm_url}{self._id(call)}/{tail}?api-version={call.request.query['api-version']}"

    @staticmethod
    def _key(call: Call) -> str:
        return f"{call['group']}/{call['deployment']}".lower()

    async def _read(self, call: Call, *, preview: bool) -> tuple[Deployment, Document]:
        group, body = self._store.group(call["group"]), await call.body()
        name = call["deployment"]
        read = Deployment(self._settings, self._resources, self._keys, name=name, body=body, group=group, preview=preview)
        return read, body

    def _held(self, call: Call) -> Document:
        self._store.group(call["group"])
        found = self._store.get("deployments", self._key(call))
        if found is None:
            raise ArmError(404, "DeploymentNotFound", f"Deployment '{call['deployment']}' could not be found.")
        return found

    def _keep(
        self, key: str, held: Document, state: str, *, error: Document | None = None, outputs: Document | None = None
    ) -> None:
        properties = {**held["envelope"]["properties"], "provisioningState": state, "timestamp": datetime.now(UTC).isoformat()}
        if error:
            properties["error"] = error
        if outputs is not None:
            properties["outputs"] = outputs
        self._store.put("deployments", key, {**held, "envelope": {**held["envelope"], "properties": properties}})

    def _envelope(self, call: Call, read: Deployment, state: str) -> Document:
        return {
            "id": self._id(call),
            "name": call["deployment"],
            "type": "Microsoft.Resources/deployments",
            "properties": {
                "mode": read.mode,
                "parameters": read.parameters(),
                "provisioningState": state,
                "timestamp": datetime.now(UTC).isoformat(),
                "correlationId": str(uuid.uuid4()),
                "outputResources": [{"id": str(one.rid)} for one in read.declared],
            },
        }

    async def _validate(self, call: Call) -> web.Response:
        read, _ = await self._read(call, preview=True)
        read.changes()
        envelope = self._envelope(call, read, "Succeeded")
        envelope["properties"]["validatedResources"] = envelope["properties"].pop("outputResources")
        return reply(envelope)

    async def _what_if(self, call: Call) -> web.Response:
        read, body = await self._read(call, preview=True)
        changes = read.changes()
        if (body["properties"].get("whatIfSettings") or {}).get("resultFormat") == "ResourceIdOnly":
            changes = [{name: one[name] for name in ("resourceId", "changeType")} for one in changes]
        number = uuid.uuid4().hex
        self._results[number] = {"status": "Succeeded", "properties": {"changes": changes}}
        return reply(None, 202, {**_POLL, "Location": self._link(call, f"whatIfResults/{number}")})

    async def _what_if_result(self, call: Call) -> web.Response:
        found = self._results.get(call["result"])
        if found is None:
            raise ArmError(404, "NotFound", "This what-if operation is not known; results end with the stand-in.")
        return reply(found)

    async def _create(self, call: Call) -> web.Response:
        read, _ = await self._read(call, preview=False)
        before = self._store.get("deployments", self._key(call))
        if before and before["envelope"]["properties"]["provisioningState"] in _UNFINISHED:
            raise ArmError(
                409, "DeploymentActive", f"Unable to edit or replace deployment '{call['deployment']}': previous deployment "
                "is still active. Please see https://aka.ms/arm-deploy for usage details.",
            )  # fmt: skip
        held = {"envelope": self._envelope(call, read, "Accepted"), "operations": []}
        self._store.put("deployments", self._key(call), held)
        task = asyncio.create_task(self._run(self._key(call), read))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        where = self._link(call, f"operationStatuses/{uuid.uuid4().hex}")
        return reply(held["envelope"], 200 if before else 201, {**_POLL, "Azure-AsyncOperation": where})

    async def _run(self, key: str, read: Deployment) -> None:
        held = self._store.get("deployments", key) or {}
        self._keep(key, held, "Running")
        error = await read.carry_out()
        outputs = None
        if error is None:
            try:
                outputs = read.outputs()
            except ArmError as failed:
                error = {"code": "DeploymentOutputEvaluationFailed", "message": failed.message}
        self._keep(
            key, {**held, "operations": read.operations}, "Failed" if error else "Succeeded", error=error, outputs=outputs
        )

    async def _status(self, call: Call) -> web.Response:
        properties = self._held(call)["envelope"]["properties"]
        status = {"status": properties["provisioningState"]}
        return reply({**status, "error": properties["error"]} if "error" in properties else status, headers=_POLL)

    async def _get(self, call: Call) -> web.Response:
        return reply(self._held(call)["envelope"])

    async def _exists(self, call: Call) -> web.Response:
        return reply(status=204 if self._store.get("deployments", self._key(call)) else 404)

    async def _list(self, call: Call) -> web.Response:
        self._store.group(call["group"])
        held = self._store.items("deployments", f"{call['group']}/")
        return reply({"value": [one["envelope"] for _, one in held]})

    async def _delete(self, call: Call) -> web.Response:
        self._held(call)
        self._store.remove("deployments", self._key(call))
        return reply(status=204)

    def _operation_list(self, call: Call) -> list[Document]:
        held = self._held(call)
        return [{"id": f"{self._id(call)}/operations/{one['operationId']}", **one} for one in held["operations"]]

    async def _operations(self, call: Call) -> web.Response:
        return reply({"value": self._operation_list(call)})

    async def _operation(self, call: Call) -> web.Response:
        found = next((one for one in self._operation_list(call) if one["operationId"] == call["operation"]), None)
        if found is None:
            raise ArmError(404, "DeploymentOperationNotFound", f"The operation '{call['operation']}' could not be found.")
        return reply(found)
