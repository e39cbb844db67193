"""The code of the function app: which package runs, publishing one, going back to the one before.

A deployment service need not keep what was deployed before (Flex Consumption holds the current package only). So an app setting
names the artifact that dayzero published and the deployment that it became; going back publishes that artifact once more. For
what somebody else published, the deployment service is asked to deploy it again; where it cannot, `restore` says who must.
"""

import os
import zipfile
from dataclasses import dataclass
from typing import Self

from adapters.azure.app import FunctionApp
from adapters.azure.artifacts import Artifacts, without_query
from adapters.azure.deployments import DeploymentService
from adapters.errors import AdapterError, Conflict, NotFound

SETTING = "DAYZERO_PACKAGE"
"""App setting `<deployment id> <artifact>`; another deployment than that was not published by dayzero."""
_LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Artifact:
    """A package that can be fetched again."""

    url: str
    sha256: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str` wrote; None when it is something else."""
        url, _, sha256 = text.rpartition("#")
        return cls(url, sha256) if url.startswith("https://") else None

    def __str__(self) -> str:
        return f"{self.url}#{self.sha256}"


class AppPackage:
    """The package of one function app; deployments are named `<url>#<sha256>`, or by their id when their artifact is not known.

    Args:
        app: whose code it is.
        service: the app's deployment service.
        artifacts: where packages come from.
    """

    def __init__(self, app: FunctionApp, service: DeploymentService, artifacts: Artifacts) -> None:
        self._app, self._service, self._artifacts = app, service, artifacts

    def current(self) -> str | None:
        """The deployment that runs, without any secret; None when there is none, or no app."""
        try:
            active = self._service.active()
            return self._named(active) if active else None
        except NotFound:
            return None

    def publish(self, url: str, sha256: str) -> str:
        """Publish the artifact unless it is what runs; its hash is checked before anything changes.

        Raises:
            AdapterError: `invalid` when the hash differs or the service refuses the package.
        """
        wanted = Artifact(without_query(url), sha256)
        with self._artifacts.open(url, sha256) as package:
            known = Artifact.parse(self.current() or "")
            if known and known.sha256 == sha256:
                return str(known)
            size = package.seek(0, os.SEEK_END)
            deployment = self._service.publish(package, size)
        self._app.change_settings({SETTING: f"{deployment} {wanted}"}, [])
        return str(wanted)

    def restore(self, deployment: str | None) -> None:
        """Back to what `current` said before; None: there was nothing, so the app is stopped.

        Raises:
            Conflict: the deployment was not published by dayzero, and Azure has not kept it.
        """
        if deployment is None:
            if self._app.exists():
                self._app.stop()
            return
        if self.current() == deployment:
            return
        before = Artifact.parse(deployment)
        if before:
            self.publish(before.url, before.sha256)
        elif not self._service.again(deployment):
            raise Conflict(
                f"deployment {deployment} was not published by dayzero, and the app's deployment service has not kept it",
                "Publish that package with the pipeline that made it, then record this as done by hand.",
            )

    def read(self, url: str, sha256: str, name: str) -> str | None:
        """The text of one file in a package; None when it has none of that name.

        Raises:
            AdapterError: `invalid` when the hash differs, or it is no zip file, or the file is no text or larger than 1 MiB.
        """
        with self._artifacts.open(url, sha256) as package:
            try:
                with zipfile.ZipFile(package) as archive, archive.open(name) as file:
                    content = file.read(_LARGEST + 1)
                if len(content) > _LARGEST:
                    raise ValueError(f"{name} is larger than {_LARGEST} bytes")
                return content.decode("utf-8-sig")
            except KeyError:
                return None
            except (zipfile.BadZipFile, ValueError) as error:
                said = f"package {without_query(url)}: {name} cannot be read ({error})"
                raise AdapterError("invalid", said, "Build the package anew, and plan the hash of what was built.") from error

    def _named(self, active: str) -> str:
        number, _, artifact = self._app.settings().get(SETTING, "").partition(" ")
        return artifact if number == active and Artifact.parse(artifact) else active
