"""From a plan to the world: the one place that chooses a provider for each port.

Lives here: which adapter, made with which names of the plan. Never here: a call of a service; nothing is asked, and no client
is made, before a port is used.
"""

import os
import pkgutil
from collections.abc import Mapping
from functools import lru_cache, partial

import boto3

from adapters import ports
from adapters.aws import actions as aws_actions
from adapters.aws.bucket_events import BucketNotifications
from adapters.aws.clock import StsClock
from adapters.aws.front_door import HttpApis
from adapters.aws.functions import LambdaFunctions
from adapters.aws.mappings import LambdaMappings
from adapters.aws.permissions import IamPermissions
from adapters.aws.queues import SqsQueues
from adapters.aws.retirement import LambdaRetirement
from adapters.aws.schedules import EventBridgeRules
from adapters.aws.session import aws_session
from adapters.azure import actions as azure_actions
from adapters.azure.app import FunctionApp
from adapters.azure.artifacts import Artifacts
from adapters.azure.clients import AzureClients, azure_credential
from adapters.azure.clock import ArmClock
from adapters.azure.deployments import DeploymentService
from adapters.azure.infrastructure import GroupDeployments
from adapters.azure.ladder import TableLadder
from adapters.azure.package import AppPackage
from adapters.azure.permissions import GroupPermissions
from adapters.azure.web import HttpWeb
from adapters.errors import AdapterError
from adapters.ladder import Ladder
from adapters.lazy import Workshop
from adapters.observers.choice import build_observers
from adapters.replication import Replication
from adapters.routers.choice import build_router
from adapters.states.dynamodb_stream import DynamoStreamReplication
from adapters.states.dynamodb_table import DynamoTableStore
from adapters.states.s3_blob import S3BlobStore
from adapters.states.s3_changes import ChangeQueue
from adapters.states.s3_delta import S3DeltaReplication
from adapters.states.s3_events import S3EventReplication
from adapters.states.secrets import KeyVaultCopier
from adapters.states.sqs_queue import SqsQueueMover
from adapters.world import World
from plan.model import Plan
from plan.state import QueueMove, Store, TableStore

_KEPT = 16


def build_world(plan: Plan, environment: Mapping[str, str]) -> World:
    """The ports of a plan.

    Args:
        plan: what moves.
        environment: `DAYZERO_ARM_ENDPOINT` and `DAYZERO_ARM_SCOPE` for other clouds than the public one. The SDKs read the
            process's own environment besides (`AWS_*`, `AZURE_*`, `IDENTITY_*`, certificates).
    """
    shop, source, target = Workshop(), plan.source, plan.target
    session = shop.lazy(
        lambda: aws_session(
            source.region, source.role_arn, source.web_identity_audience, f"dayzero-{plan.workload}", azure_credential()
        )
    )
    clients = shop.lazy(lambda: AzureClients.of(target.subscription, environment))
    artifacts = shop.lazy(lambda: Artifacts(azure_credential()))
    app = shop.lazy(lambda: FunctionApp(clients, target.resource_group, target.app, target.base_url))
    web = shop.lazy(HttpWeb)
    return World(
        functions=shop.lazy(lambda: LambdaFunctions(session)),
        mappings=shop.lazy(lambda: LambdaMappings(session)),
        schedules=shop.lazy(lambda: EventBridgeRules(session)),
        retirement=shop.lazy(lambda: LambdaRetirement(session)),
        front_door=shop.lazy(lambda: HttpApis(session)),
        bucket_events=shop.lazy(lambda: BucketNotifications(session, [function.name for function in source.functions])),
        queues=shop.lazy(lambda: SqsQueues(session)),
        router=shop.lazy(lambda: build_router(plan, session, clients, app.base_url, web, environment)),
        stores={store.name: shop.lazy(partial(_store, store, session)) for store in plan.state.stores},
        replications={
            store.name: shop.lazy(partial(_replication, store, session, source.account)) for store in plan.state.stores
        },
        ladder=shop.lazy(lambda: _ladder(plan)),
        movers={queue.name: shop.lazy(partial(_mover, queue, session)) for queue in plan.state.queues},
        secrets=shop.lazy(lambda: KeyVaultCopier(session=session, credential=azure_credential())),
        app=app,
        package=shop.lazy(lambda: AppPackage(app, DeploymentService(clients, app, target.scm_url), artifacts)),
        infrastructure=shop.lazy(lambda: GroupDeployments(clients, target.resource_group, artifacts)),
        aws_permissions=shop.lazy(lambda: IamPermissions(session, source.role_arn, source.account)),
        aws_needs=aws_actions.needed_actions(plan),
        azure_permissions=shop.lazy(lambda: GroupPermissions(clients, target.resource_group)),
        azure_needs=azure_actions.needed_actions(plan),
        web=web,
        clocks={
            "source": shop.lazy(lambda: StsClock(session)),
            "target": shop.lazy(lambda: ArmClock(clients, target.resource_group)),
        },
        observers=build_observers(plan, shop, session, clients, environment),
    )


def world_for(plan: Plan, run: str = "", step: str = "", phase: str = "", line: int = 0) -> World:
    """The ports of a plan in this process's environment; the same plan gets the same world, clients included.

    The setting DAYZERO_WORLD_WRAPPER, `module:function`, names a function that the world passes through, with the plan, the
    run, the step or act, its phase (`do`, `undo` or `act`) and its line. Rehearsals use it; by default there is none.

    Raises:
        AdapterError: `invalid` when there is no such function, or what that function raises.
    """
    world = _world(plan.model_dump_json())
    name = os.environ.get("DAYZERO_WORLD_WRAPPER")
    if not name:
        return world
    try:
        wrap = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        said = f"DAYZERO_WORLD_WRAPPER is {name!r}, which cannot be loaded"
        raise AdapterError("invalid", said, "Name a function as module:function, or remove the setting.") from error
    wrapped: World = wrap(world, plan, run, step, phase, line)
    return wrapped


@lru_cache(maxsize=_KEPT)
def _world(document: str) -> World:
    return build_world(Plan.model_validate_json(document), os.environ)


def _ladder(plan: Plan) -> Ladder:
    ladder = plan.state.ladder
    if ladder is None:
        raise AdapterError("invalid", "the plan has no ladder", "Add state.ladder, or choose another strategy.")
    return TableLadder(ladder.endpoint, ladder.table, azure_credential())


def _store(store: Store, session: boto3.Session) -> ports.StateStore:
    if isinstance(store, TableStore):
        return DynamoTableStore(
            name=store.name,
            session=session,
            source_table=store.source_table,
            table_endpoint=store.target_endpoint,
            target_table=store.target_table,
            credential=azure_credential(),
            shards=store.shards,
        )
    return S3BlobStore(
        name=store.name,
        session=session,
        source_bucket=store.source_bucket,
        prefix=store.prefix,
        blob_endpoint=store.target_endpoint,
        container=store.target_container,
        credential=azure_credential(),
        shards=store.shards,
    )


def _replication(store: Store, session: boto3.Session, account: str) -> Replication:
    if isinstance(store, TableStore):
        return DynamoStreamReplication(
            name=store.name,
            session=session,
            source_table=store.source_table,
            table_endpoint=store.target_endpoint,
            target_table=store.target_table,
            credential=azure_credential(),
        )
    listed = S3DeltaReplication(
        name=store.name,
        session=session,
        source_bucket=store.source_bucket,
        prefix=store.prefix,
        blob_endpoint=store.target_endpoint,
        container=store.target_container,
        credential=azure_credential(),
    )
    if store.changes_queue is None:
        return listed
    changes = ChangeQueue(session, bucket=store.source_bucket, prefix=store.prefix, queue=store.changes_queue, account=account)
    return S3EventReplication(listed, changes)


def _mover(queue: QueueMove, session: boto3.Session) -> ports.QueueMover:
    return SqsQueueMover(
        name=queue.name,
        session=session,
        source_queue=queue.source_queue,
        queue_endpoint=queue.target_endpoint,
        target_queue=queue.target_queue,
        credential=azure_credential(),
    )
