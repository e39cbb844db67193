"""What the contract of Observer needs of a side: being used well and badly, metrics of one's own, a queue with a message.

Lives here: the protocol, and a side on each of the embedded clouds. MiniStack counts invocations of functions, but no requests
of APIs and no ages of messages: those metrics are sent here in API Gateway's and SQS's place.
"""

import io
import ssl
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
from azure.identity import DefaultAzureCredential
from azure.storage.queue import QueueClient as StorageQueue

from adapters.observers.azure_monitor import AzureMonitorObserver
from adapters.observers.cloudwatch import CloudWatchObserver
from adapters.observers.monitor_data import MonitorData
from adapters.observing import Metric, Observer
from adapters.states.queue_client import QueueClient
from local.endpoints import TARGET_SITE
from tests.adapters.aws_resources import ROLE, Aws, unique
from tests.contracts.azure_target import AzureTarget

_CODE = "def handler(event, context):\n    if event.get('bad'):\n        raise ValueError('bad')\n    return {}\n"


class Observed(Protocol):
    """A side that was never used. `throttles`: whether it counts throttled requests."""

    observer: Observer
    nobody: Observer
    """The same kind of observer, of a side that does not exist."""
    queue: str
    metric: Metric
    """A metric that nobody has sent yet."""
    throttles: bool

    def serve(self, good: int, bad: int) -> None:
        """Requests that are answered well, and requests that end in a server error."""
        ...

    def send(self, value: float, dimensions: Mapping[str, str]) -> None:
        """A value of the metric now."""
        ...

    def put_message(self) -> None: ...

    def remove(self) -> None: ...


class _OnAws:
    throttles = True

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.function, (name, self.url) = _function(aws), aws.queue()
        self.queue, self.queue_name = "waiting", name
        self.metric = Metric(f"Shop/{name}", "OrdersPlaced", "sum", {"Shop": "north"})
        self.observer: Observer = self.observing(self.function)
        self.nobody: Observer = self.observing("no-such-function")

    def observing(self, function: str) -> CloudWatchObserver:
        return CloudWatchObserver(self.aws.session, [function], [], {self.queue: self.queue_name})

    def serve(self, good: int, bad: int) -> None:
        for payload in [b"{}"] * good + [b'{"bad": true}'] * bad:
            self.aws.client("lambda").invoke(FunctionName=self.function, Payload=payload)

    def send(self, value: float, dimensions: Mapping[str, str]) -> None:
        self.count(self.metric.namespace, self.metric.name, value, dimensions)

    def count(self, namespace: str, name: str, value: float, dimensions: Mapping[str, str]) -> None:
        told = [{"Name": key, "Value": text} for key, text in dimensions.items()]
        data: Any = [{"MetricName": name, "Value": value, "Dimensions": told}]
        self.aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)

    def put_message(self) -> None:
        self.aws.client("sqs").send_message(QueueUrl=self.url, MessageBody="one")
        self.count("AWS/SQS", "ApproximateAgeOfOldestMessage", 2.0, {"QueueName": self.queue_name})

    def remove(self) -> None:
        """Each has names of its own."""


class Functions(_OnAws):
    """Functions that an API without metrics calls."""


class HttpApi(_OnAws):
    """An HTTP API with metrics."""

    def observing(self, function: str) -> CloudWatchObserver:
        self.api = unique("api")
        return CloudWatchObserver(self.aws.session, [function], [self.api], {self.queue: self.queue_name})

    def __init__(self, aws: Aws) -> None:
        super().__init__(aws)
        self.nobody = super().observing("no-such-function")
        self.observer = self.observing(self.function)

    def serve(self, good: int, bad: int) -> None:
        for name, value in (("Count", good + bad), ("5xx", bad)):
            self.count("AWS/ApiGateway", name, float(value), {"ApiId": self.api})
        self.count("AWS/ApiGateway", "Latency", 120.0, {"ApiId": self.api})


class Site:
    """A function app that counts its own requests."""

    throttles = False
    sku: Mapping[str, str] = {"name": "EP1", "tier": "ElasticPremium"}

    def __init__(self, variables: dict[str, str]) -> None:
        self.target, self.variables = AzureTarget(variables), variables
        self.queue, name = "waiting", unique("queue")
        self.component: str | None = None
        self.site(TARGET_SITE)
        self.messages = QueueClient(variables["TARGET_QUEUES"], name, DefaultAzureCredential())
        self.messages.create()
        self.storage = StorageQueue(variables["TARGET_QUEUES"], name, credential=DefaultAzureCredential())
        self.metric = Metric("Shop", "OrdersPlaced", "sum", {"Shop": "north"})
        self.data = MonitorData(self.target.clients, DefaultAzureCredential(), variables["DAYZERO_METRICS_ENDPOINT"])
        self.observer: Observer = self.observing(TARGET_SITE)
        self.nobody: Observer = AzureMonitorObserver(self.data, self.id("no-such-app"), None, lambda _: self.messages)

    def observing(self, app: str) -> AzureMonitorObserver:
        return AzureMonitorObserver(self.data, self.id(app), self.component, lambda _: self.messages)

    def id(self, app: str) -> str:
        return f"{self.target.clients.group_id(self.target.group)}/providers/Microsoft.Web/sites/{app}"

    def site(self, name: str, **settings: str) -> None:
        web: Any = self.target.clients.web
        farm: Any = {"location": "westeurope", "sku": dict(self.sku), "properties": {"reserved": True}}
        plan = web.app_service_plans.begin_create_or_update(self.target.group, "plan", farm).result()
        pairs = [{"name": key, "value": value} for key, value in settings.items()]
        made: Any = {"location": "westeurope", "properties": {"serverFarmId": plan.id, "siteConfig": {"appSettings": pairs}}}
        web.web_apps.begin_create_or_update(self.target.group, name, made).result()

    def serve(self, good: int, bad: int) -> None:
        self.fault("none")
        for _ in range(good):
            httpx.get(self.variables["TARGET_BASE_URL"], trust_env=False)
        self.fault("errors")
        for _ in range(bad):
            httpx.get(self.variables["TARGET_BASE_URL"], trust_env=False)

    def fault(self, kind: str) -> None:
        self.lever("PUT", f"/_standin/sites/{TARGET_SITE}/fault", {"kind": kind})

    def lever(self, method: str, path: str, body: dict[str, Any]) -> None:
        with httpx.Client(base_url=self.variables["DAYZERO_ARM_ENDPOINT"], verify=ssl.create_default_context()) as client:
            client.request(method, path, json=body).raise_for_status()

    def send(self, value: float, dimensions: Mapping[str, str]) -> None:
        named = {"resource": self.id(TARGET_SITE), "namespace": self.metric.namespace, "name": self.metric.name}
        self.lever("POST", "/_standin/metrics", {**named, "value": value, "dimensions": dict(dimensions)})

    def put_message(self) -> None:
        self.storage.send_message("one")

    def remove(self) -> None:
        self.fault("none")
        self.storage.delete_queue()
        self.target.remove()


class FlexSite(Site):
    """A function app on the Flex Consumption plan, whose Application Insights component counts."""

    throttles = True
    sku: Mapping[str, str] = {"name": "FC1", "tier": "FlexConsumption"}

    def site(self, name: str, **settings: str) -> None:
        group = self.target.clients.group_id(self.target.group)
        self.component = f"{group}/providers/Microsoft.Insights/components/insights"
        body: Any = {"location": "westeurope", "kind": "web", "properties": {"Application_Type": "web"}}
        resources: Any = self.target.clients.resources.resources
        made = resources.begin_create_or_update_by_id(self.component, body, api_version="2020-02-02").result()
        super().site(name, APPLICATIONINSIGHTS_CONNECTION_STRING=made.properties["ConnectionString"], **settings)


def now() -> datetime:
    """The beginning of this minute."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def _function(aws: Aws) -> str:
    name, packed = unique("function"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", _CODE)
    aws.client("lambda").create_function(
        FunctionName=name, Code={"ZipFile": packed.getvalue()}, Runtime="python3.13", Handler="main.handler", Role=ROLE
    )
    return name
