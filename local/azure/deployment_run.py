"""One deployment of a template: checked, foreseen, carried out resource by resource.

Never here: HTTP and polling (`deployments.py`), expressions (`evaluation.py`), what a resource is.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.azure.changes import change, untouched
from local.azure.errors import ArmError, bad_content
from local.azure.evaluation import Evaluation
from local.azure.expressions import Unresolved
from local.azure.ids import ResourceId, group_id
from local.azure.resources import Resources
from local.azure.settings import Settings
from local.azure.store import Document
from local.azure.template import Declared, read_parameters, read_resources

log = logging.getLogger("local.azure")
Keys = Callable[[ResourceId], Document]


class Deployment:
    """A template with its parameters, for one group.

    Args:
        name: the deployment's name.
        body: the request's body.
        group: the group's envelope.
        preview: whether it is only looked at.

    Raises:
        ArmError: 400 InvalidRequestContent or InvalidTemplate.
    """

    def __init__(
        self, settings: Settings, resources: Resources, keys: Keys, *, name: str, body: Document, group: Document, preview: bool
    ) -> None:
        properties = body.get("properties")
        if not isinstance(properties, dict) or not isinstance(properties.get("template"), dict):
            raise bad_content("properties.template, an ARM template, is required")
        self.mode = str(properties.get("mode", ""))
        if self.mode not in {"Incremental", "Complete"}:
            raise bad_content("properties.mode must be Incremental or Complete")
        self.template: Document = properties["template"]
        self.operations: list[Document] = []
        self._resources, self._group = resources, group
        self._scope = group_id(settings.subscription, group["name"])
        self._evaluation = Evaluation(settings, group, name, find=self._find, keys=keys, preview=preview)
        read_parameters(self.template, properties.get("parameters") or {}, self._evaluation)
        self.declared = read_resources(self.template, settings, group["name"], self._evaluation)

    def parameters(self) -> Document:
        """The parameters as a deployment shows them: without values of secure ones."""
        rules = self.template.get("parameters", {})
        shown: Document = {}
        for name, value in self._evaluation.parameters.items():
            kind = rules[name]["type"]
            shown[name] = {"type": kind} if kind.lower().startswith("secure") else {"type": kind, "value": value}
        return shown

    def changes(self) -> list[Document]:
        """What carrying it out would change, resources of the group that it leaves alone included."""
        found = [change(self._resources, one.rid, self._evaluation.value(one.body, one.path)) for one in self.declared]
        return found + [untouched(envelope, complete=self.mode == "Complete") for envelope in self._others()]

    async def carry_out(self) -> Document | None:
        """Create or update every resource; None, or the error in ARM's form when at least one failed."""
        waiting, ended, failed = list(self.declared), set[str](), dict[str, ArmError]()
        while waiting:
            ready = [one for one in waiting if one.after <= ended and not one.after & failed.keys()]
            progress = False
            for one in ready:
                progress |= await self._put(one, waiting, ended, failed)
            if not progress:
                break
        for one in waiting:
            if not one.after & failed.keys() and not failed:
                failed[one.rid.key] = ArmError(
                    404, "ResourceNotFound", f"'{one.path}' depends on a resource that is neither there nor deployed before it."
                )
                self._note(one, failed[one.rid.key], 0.0)
        if failed:
            details = [{"code": error.code, "message": error.message, "target": key} for key, error in failed.items()]
            message = "At least one resource deployment operation failed. Please list deployment operations for details."
            return {"code": "DeploymentFailed", "message": message, "details": details}
        if self.mode == "Complete":
            for envelope in self._others():
                await self._resources.delete(ResourceId.parse(envelope["id"]))
        return None

    def outputs(self) -> Document:
        """The outputs, worked out; values of secure types are left out."""
        found: Document = {}
        for name, output in self.template.get("outputs", {}).items():
            kind = str(output.get("type", "string"))
            secure = kind.lower().startswith("secure")
            value = None if secure else self._evaluation.value(output.get("value"), f"outputs.{name}")
            found[name] = {"type": kind} if secure else {"type": kind, "value": value}
        return found

    async def _put(self, one: Declared, waiting: list[Declared], ended: set[str], failed: dict[str, ArmError]) -> bool:
        """Try one resource; whether anything came of it."""
        began = time.monotonic()
        error: ArmError | None = None
        try:
            await self._resources.put(one.rid, self._evaluation.value(one.body, one.path))
        except Unresolved:
            return False  # it refers to a resource that another one will bring
        except ArmError as refused:
            error = refused
        except Exception:
            log.exception("deploying %s failed", one.rid)
            error = ArmError(500, "InternalServerError", f"Deploying '{one.rid}' failed; the log of the stand-in says why.")
        waiting.remove(one)
        if error:
            failed[one.rid.key] = error
        else:
            ended.add(one.rid.key)
        self._note(one, error, time.monotonic() - began)
        return True

    def _note(self, one: Declared, error: ArmError | None, seconds: float) -> None:
        number = f"{len(self.operations) + 1:016X}"
        properties: dict[str, Any] = {
            "provisioningOperation": "Create",
            "provisioningState": "Failed" if error else "Succeeded",
            "timestamp": datetime.now(UTC).isoformat(),
            "duration": f"PT{seconds:.3f}S",
            "statusCode": {400: "BadRequest", 404: "NotFound", 409: "Conflict"}.get(error.status, "Failed") if error else "OK",
            "targetResource": {"id": str(one.rid), "resourceType": one.rid.type, "resourceName": one.rid.full_name},
        }
        if error:
            properties["statusMessage"] = {"status": "Failed", "error": {"code": error.code, "message": error.message}}
        self.operations.append({"operationId": number, "properties": properties})

    def _find(self, rid: ResourceId) -> Document | None:
        envelope = self._resources.find(rid)
        return None if envelope is None else self._resources.kind(rid).present(rid, envelope)

    def _others(self) -> list[Document]:
        mine = {one.rid.key for one in self.declared}
        return [envelope for envelope in self._resources.tracked(self._scope) if envelope["id"].lower() not in mine]
