"""The function app as Resource Manager shows it: its state, app settings, functions and domains.

Never here: its code (`package.py`), what stands around it (`infrastructure.py`).
Source: Microsoft.Web 2025-05-01, "Web Apps".
"""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.web.models import HostNameBinding, HostNameBindingProperties, Site, StringDictionary

from adapters.azure.clients import AzureClients, plain
from adapters.azure.errors import azure_errors, host_is_away
from adapters.errors import Conflict
from adapters.records import TargetFunction

_ATTEMPTS = 4
_HOST_SECONDS = 30.0
"""How long a host may take to start until triggers can be synchronised."""


class FunctionApp:
    """One function app.

    Args:
        clients: of its subscription.
        resource_group: its resource group.
        name: its name.
        base_url: where the agent reaches it; None: https:// and its default host name.
    """

    def __init__(self, clients: AzureClients, resource_group: str, name: str, base_url: str | None = None) -> None:
        self._apps = clients.web.web_apps
        self._group, self._name, self._base_url = resource_group, name, base_url
        self._words = f"function app {name}"
        self._change = threading.Lock()

    def site(self) -> Site:
        """The app's resource.

        Raises:
            NotFound: there is no such app.
        """
        with azure_errors(self._words, "Deploy the target's infrastructure first."):
            return self._apps.get(self._group, self._name)

    def exists(self) -> bool:
        """Whether the app is there; a missing resource group is a no."""
        with azure_errors(self._words):
            try:
                self._apps.get(self._group, self._name)
            except ResourceNotFoundError:
                return False
            return True

    def running(self) -> bool:
        """Whether it is started."""
        return bool(self.site().state == "Running")

    def host_name(self) -> str:
        """Its default host name, such as `orders-func.azurewebsites.net`."""
        return self.site().default_host_name or f"{self._name}.azurewebsites.net"

    def base_url(self) -> str:
        """Where the agent reaches it, without a trailing slash."""
        return (self._base_url or f"https://{self.host_name()}").rstrip("/")

    def start(self) -> None:
        """Start it; a running app goes on."""
        with azure_errors(self._words):
            self._apps.start(self._group, self._name)

    def stop(self) -> None:
        """Stop it."""
        with azure_errors(self._words):
            self._apps.stop(self._group, self._name)

    def settings(self) -> dict[str, str]:
        """App settings; values may be secret."""
        with azure_errors(f"app settings of {self._name}", "Deploy the target's infrastructure first."):
            return dict(self._apps.list_application_settings(self._group, self._name).properties or {})

    def change_settings(self, change: Mapping[str, str], remove: list[str]) -> None:
        """Merge into the app settings; nothing is sent when nothing would change.

        Resource Manager replaces all settings at once and gives them no ETag. So the time between reading and writing is kept
        short, callers of this process take turns, and the merge is repeated while a read shows that somebody else's write
        has undone ours.

        Raises:
            Conflict: somebody else undid the change again and again.
        """
        with self._change:
            for _ in range(_ATTEMPTS):
                before = self.settings()
                after = {name: value for name, value in (before | dict(change)).items() if name not in remove}
                if after == before:
                    return
                with azure_errors(f"app settings of {self._name}", secret=True):
                    self._apps.update_application_settings(self._group, self._name, StringDictionary(properties=after))
            now = self.settings()
            if any(now.get(name) != value for name, value in change.items() if name not in remove) or now.keys() & set(remove):
                raise Conflict(
                    f"app settings of {self._name}: another writer undid the change {_ATTEMPTS} times",
                    "Stop the pipeline or person that changes this app's settings during the migration.",
                )

    def functions(self) -> list[TargetFunction]:
        """What the host reports, sorted by name; empty while it starts or when the package is broken."""
        with azure_errors(f"functions of {self._name}"):
            try:
                found = [
                    TargetFunction(
                        (one.name or "").rpartition("/")[2],
                        _trigger((one.properties.config if one.properties else None) or {}),
                        bool(one.properties and one.properties.is_disabled),
                    )
                    for one in self._apps.list_functions(self._group, self._name, retry_total=0)
                ]
            except HttpResponseError as error:
                if host_is_away(error.status_code, error.message):
                    return []
                raise
        return sorted(found, key=lambda one: one.name)

    def sync_triggers(self) -> None:
        """Tell the scale controller which triggers there are; a host that starts is waited for, half a minute at most."""
        deadline = time.monotonic() + _HOST_SECONDS
        with azure_errors(f"triggers of {self._name}"):
            while not self._synced(deadline):
                time.sleep(1.0)

    def _synced(self, deadline: float) -> bool:
        try:
            self._apps.sync_function_triggers(self._group, self._name, retry_total=0)
        except HttpResponseError as error:
            if host_is_away(error.status_code, error.message) and time.monotonic() < deadline:
                return False
            if error.status_code != 200:  # the service may answer 200, the SDK knows 204 only
                raise
        return True

    def reference_problems(self) -> dict[str, str]:
        """App settings with a Key Vault reference that does not resolve, and why."""
        with azure_errors(f"Key Vault references of {self._name}"):
            return {
                one.name or "": f"{plain(one.properties.status)}: {one.properties.details or 'no details'}"
                for one in self._apps.get_app_settings_key_vault_references(self._group, self._name)
                if one.properties and one.properties.status != "Resolved"
            }

    def bound_domains(self) -> list[str]:
        """Custom domains, sorted."""
        with azure_errors(f"domains of {self._name}"):
            own = self.host_name().lower()
            names = [
                (one.name or "").rpartition("/")[2].lower()
                for one in self._apps.list_host_name_bindings(self._group, self._name)
            ]
        return sorted(name for name in names if name != own)

    def bind_domain(self, host_name: str, thumbprint: str | None) -> None:
        """Bind a custom domain, with SNI when a certificate's thumbprint is given; its DNS must prove the ownership."""
        secured = {"ssl_state": "SniEnabled", "thumbprint": thumbprint} if thumbprint else {"ssl_state": "Disabled"}
        binding = HostNameBindingProperties(site_name=self._name, custom_host_name_dns_record_type="CName", **secured)
        with azure_errors(f"domain {host_name} of {self._name}"):
            self._apps.create_or_update_host_name_binding(
                self._group, self._name, host_name, HostNameBinding(properties=binding)
            )

    def unbind_domain(self, host_name: str) -> None:
        """Take a custom domain off; one that is not bound is fine."""
        with azure_errors(f"domain {host_name} of {self._name}"), suppress(ResourceNotFoundError):
            self._apps.delete_host_name_binding(self._group, self._name, host_name)


def _trigger(config: Mapping[str, object]) -> str:
    """The kind of trigger among a function's bindings: `httpTrigger` gives `http`."""
    bindings = config.get("bindings")
    for binding in bindings if isinstance(bindings, list) else []:
        kind = str(binding.get("type", ""))
        if kind.lower().endswith("trigger"):
            return kind[: -len("trigger")]
    return ""
