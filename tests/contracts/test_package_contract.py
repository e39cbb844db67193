"""Package: published once and only with the planned hash, found again, taken back."""

import hashlib
import io
import ssl
import tracemalloc
from collections.abc import Iterator

import httpx
import pytest

from adapters.azure.clients import ARM_SCOPE
from adapters.azure.deployments import DeploymentService
from adapters.azure.package import SETTING
from adapters.errors import AdapterError, Conflict, NotFound
from local.environment import Environment
from tests.contracts.azure_target import AzureTarget, function_app, until


@pytest.fixture(scope="module")
def target(environment: Environment) -> Iterator[AzureTarget]:
    made = AzureTarget(environment.variables())
    yield made
    made.remove()


def runs(target: AzureTarget, site: str, function: str) -> None:
    """Wait until the host reports this function alone."""
    until(lambda: [one.name for one in target.app(site).functions()] == [function])


def deployments(target: AzureTarget, site: str) -> list[str]:
    return [str(one.name) for one in target.clients.web.web_apps.list_deployments(target.group, site)]


def publish_as_a_pipeline(target: AzureTarget, site: str, content: bytes) -> str:
    return target.service(site).publish(io.BytesIO(content), len(content))


def test_there_is_no_package_before_the_first_or_without_an_app(target: AzureTarget) -> None:
    assert target.package(target.site()).current() is None
    assert target.package("nobody").current() is None


def test_a_published_package_runs_and_is_current(target: AzureTarget) -> None:
    site = target.site()
    url, sha256 = target.blob(function_app("first"))
    published = target.package(site).publish(url, sha256)
    assert published == target.package(site).current() == f"{url}#{sha256}"
    runs(target, site, "first")


def test_another_hash_is_refused_before_anything_changes(target: AzureTarget) -> None:
    site = target.site(KEPT="1")
    url, sha256 = target.blob(function_app("first"))
    with pytest.raises(AdapterError, match=sha256) as caught:
        target.package(site).publish(url, "0" * 64)
    assert caught.value.code == "invalid"
    assert deployments(target, site) == []
    assert target.app(site).settings() == {"KEPT": "1"}


def test_the_same_package_is_not_published_twice(target: AzureTarget) -> None:
    site, artifact = target.site(), target.blob(function_app("first"))
    assert target.package(site).publish(*artifact) == target.package(site).publish(*artifact)
    assert len(deployments(target, site)) == 1


def test_the_package_before_comes_back_and_twice_is_once(target: AzureTarget) -> None:
    site = target.site()
    package = target.package(site)
    package.publish(*target.blob(function_app("first")))
    before = package.current()
    package.publish(*target.blob(function_app("second")))
    runs(target, site, "second")
    package.restore(before)
    assert package.current() == before
    runs(target, site, "first")
    count = len(deployments(target, site))
    package.restore(before)
    assert len(deployments(target, site)) == count


def test_without_a_package_before_the_app_is_stopped(target: AzureTarget) -> None:
    site = target.site()
    package = target.package(site)
    package.publish(*target.blob(function_app("first")))
    package.restore(None)
    package.restore(None)
    assert not target.app(site).running()
    target.package("nobody").restore(None)


def test_what_a_pipeline_published_is_named_by_its_id_and_deployed_again(target: AzureTarget) -> None:
    site = target.site()
    package = target.package(site)
    package.publish(*target.blob(function_app("first")))
    theirs = publish_as_a_pipeline(target, site, function_app("theirs"))
    assert package.current() == theirs
    package.publish(*target.blob(function_app("ours")))
    package.restore(theirs)
    assert package.current() == theirs
    runs(target, site, "theirs")
    target.allow({"actions": ["*/read", "*/list/action"]})
    package.restore(theirs)
    target.allow()


def test_a_deployment_that_azure_has_not_kept_needs_a_person(target: AzureTarget) -> None:
    site = target.site()
    target.package(site).publish(*target.blob(function_app("ours")))
    with pytest.raises(Conflict, match="not published by dayzero") as caught:
        target.package(site).restore("a-deployment-of-long-ago")
    assert "pipeline" in caught.value.mend
    runs(target, site, "ours")


def test_an_artifact_that_is_gone_or_elsewhere_is_named(target: AzureTarget) -> None:
    package = target.package(target.site())
    url, sha256 = target.blob(b"short-lived")
    with pytest.raises(NotFound, match="artifact https://"):
        package.publish(url + "-gone", sha256)
    with pytest.raises(AdapterError, match="must be an https address"):
        package.publish("http://example.com/a/b.zip", sha256)
    with pytest.raises(AdapterError, match="no blob's address") as caught:
        package.publish("https://127.0.0.1:9/", sha256)
    assert caught.value.code == "invalid"


def test_what_is_no_zip_is_refused_and_the_package_before_goes_on(target: AzureTarget) -> None:
    site = target.site()
    package = target.package(site)
    before = package.publish(*target.blob(function_app("first")))
    with pytest.raises(AdapterError, match="zip") as caught:
        package.publish(*target.blob(b"this is no zip"))
    assert caught.value.code == "invalid"
    assert package.current() == before


def test_a_file_of_a_package_is_read_without_publishing_it(target: AzureTarget) -> None:
    package, artifact = target.package("nobody"), target.blob(function_app("first"))
    assert package.read(*artifact, "host.json") == '{"version": "2.0"}'
    assert package.read(*artifact, "no-such-file") is None
    with pytest.raises(AdapterError, match="SHA-256"):
        package.read(artifact[0], "0" * 64, "host.json")
    with pytest.raises(AdapterError, match=r"host\.json cannot be read") as caught:
        package.read(*target.blob(b"no zip"), "host.json")
    assert caught.value.code == "invalid"


def test_records_hold_no_signature(target: AzureTarget) -> None:
    site = target.site()
    url, sha256 = target.blob(function_app("first"))
    assert target.package(site).publish(f"{url}?sig=very-secret", sha256) == f"{url}#{sha256}"
    assert "very-secret" not in target.app(site).settings()[SETTING]


def test_the_memory_that_a_large_package_takes_is_bounded(target: AzureTarget) -> None:
    content = bytes(64 * 1024 * 1024)
    url, sha256 = target.blob(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    del content
    tracemalloc.start()
    with target.artifacts.open(url, sha256) as file:
        assert file.seek(0, 2) == 64 * 1024 * 1024
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


def test_the_deployment_service_may_be_elsewhere(target: AzureTarget, environment: Environment) -> None:
    site = target.site()
    publish_as_a_pipeline(target, site, function_app("first"))
    there = f"{environment.endpoints.arm}/scm/{site}"
    assert DeploymentService(target.clients, target.app(site), there).active() == target.service(site).active()
    token = target.credential.get_token(ARM_SCOPE).token
    with httpx.Client(verify=ssl.create_default_context(), headers={"authorization": f"Bearer {token}"}) as client:
        until(lambda: client.get(f"{there}/api/deployments/latest").is_success)
    with pytest.raises(AdapterError) as caught:
        DeploymentService(target.clients, target.app(site), "https://127.0.0.1:9").active()
    assert caught.value.transient
