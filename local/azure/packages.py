"""Packages of one site: each deployment's zip and its unpacked app are kept, so that an earlier one can be deployed again.

Never here: HTTP (`scm.py`), starting what was deployed (`hosting.py`).
"""

import hashlib
import shutil
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from local.azure.store import Document, Store

SUCCESS, FAILED = 4, 3
"""Kudu's DeployStatus."""


class Packages:
    """Deployments by site and id."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder

    def deployments(self, site: str) -> list[Document]:
        """All deployments, the newest first."""
        return list(reversed(self._held(site)["deployments"]))

    def find(self, site: str, deployment: str) -> Document | None:
        """A deployment by its id; `latest` is the last one, whatever became of it."""
        found = self.deployments(site)
        if deployment == "latest":
            return found[0] if found else None
        return next((one for one in found if one["id"] == deployment), None)

    def app(self, site: str) -> Path | None:
        """The folder that the site serves, or None when nothing has been deployed."""
        current = self._held(site)["current"]
        return self._folder / site.lower() / "packages" / current / "app" if current else None

    def deploy(self, site: str, package: Path, *, author: str, message: str) -> Document:
        """Take a zip (the file is moved) as a new deployment and make it the current one.

        A file that is no zip gives a failed deployment, and the current one stays. What is inside is not judged: an app that
        cannot be imported deploys well and shows no functions, as on Azure.
        """
        number = uuid.uuid4().hex
        place = self._folder / site.lower() / "packages" / number
        place.mkdir(parents=True)
        kept = place / "package.zip"
        shutil.move(package, kept)
        started = datetime.now(UTC).isoformat()
        status, text = SUCCESS, "Deployment successful."
        try:
            with zipfile.ZipFile(kept) as archive:
                archive.extractall(place / "app")  # `extractall` keeps every member inside the folder
        except zipfile.BadZipFile as error:
            status, text = FAILED, f"Package deployment failed: the package is no zip file ({error})."
        deployment = {
            "id": number,
            "status": status,
            "status_text": text,
            "author": author,
            "deployer": "OneDeploy",
            "message": message,
            "start_time": started,
            "end_time": datetime.now(UTC).isoformat(),
            "complete": True,
            "package_sha256": _sha256(kept),
            "package_bytes": kept.stat().st_size,
        }
        held = self._held(site)
        current = number if status == SUCCESS else held["current"]
        self._save(site, [*held["deployments"], deployment], current)
        return self._marked(deployment, current)

    def redeploy(self, site: str, deployment: str) -> Document | None:
        """Make an earlier successful deployment the current one again; None when there is no such deployment."""
        held = self._held(site)
        found = next((one for one in held["deployments"] if one["id"] == deployment and one["status"] == SUCCESS), None)
        if found is None:
            return None
        again = {**found, "end_time": datetime.now(UTC).isoformat()}
        others = [one for one in held["deployments"] if one["id"] != deployment]
        self._save(site, [*others, again], deployment)
        return self._marked(again, deployment)

    def package(self, site: str, deployment: str) -> Path:
        """The zip of a deployment."""
        return self._folder / site.lower() / "packages" / deployment / "package.zip"

    def forget(self, site: str) -> None:
        """Remove every package of a site."""
        self._store.remove("packages", site)
        shutil.rmtree(self._folder / site.lower(), ignore_errors=True)

    def functions(self, site: str) -> list[Document]:
        """The functions that the host last told (`remember`)."""
        found: list[Document] = self._held(site).get("functions", [])
        return found

    def remember(self, site: str, functions: list[Document]) -> None:
        """Keep what the host told, so that a stopped site can still show it."""
        if functions != self.functions(site):
            self._store.put("packages", site, {**self._held(site), "functions": functions})

    def _held(self, site: str) -> Document:
        held = self._store.get("packages", site) or {"current": None, "deployments": []}
        return {**held, "deployments": [self._marked(one, held["current"]) for one in held["deployments"]]}

    def _save(self, site: str, deployments: list[Document], current: str | None) -> None:
        self._store.put("packages", site, {**self._held(site), "deployments": deployments, "current": current})

    @staticmethod
    def _marked(deployment: Document, current: str | None) -> Document:
        return {**deployment, "active": deployment["id"] == current}


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
