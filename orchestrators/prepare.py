"""The first part of every strategy: nothing that a client can notice."""

from activities.steps.confirm_failback import ConfirmFailback
from activities.steps.confirm_prerequisites import ConfirmPrerequisites
from activities.steps.connect_remaining_dependencies import ConnectRemainingDependencies
from activities.steps.copy_secrets import CopySecrets
from activities.steps.deploy_code import DeployCode
from activities.steps.deploy_infrastructure import DeployInfrastructure
from activities.steps.freeze_source_code import FreezeSourceCode
from activities.steps.inspect_workload import InspectWorkload
from activities.steps.prepare_dns import PrepareDns
from activities.steps.prepare_network import PrepareNetwork
from activities.steps.prepare_service_specifics import PrepareServiceSpecifics
from activities.steps.snapshot_source import SnapshotSource
from orchestrators.listener import Lines
from orchestrators.saga import Saga


def prepare(saga: Saga) -> Lines:
    """From the sign-off, if the plan asks for one, over the prerequisites to the proof that there is a way back."""
    if saga.asks("sign-off"):
        yield from saga.gate("sign-off")
    yield from saga.step(ConfirmPrerequisites)
    yield from saga.step(SnapshotSource)
    yield from saga.step(InspectWorkload)
    yield from saga.step(FreezeSourceCode)
    yield from saga.step(DeployInfrastructure)
    yield from saga.step(ConnectRemainingDependencies)
    yield from saga.step(PrepareDns)
    yield from saga.step(PrepareNetwork)
    yield from saga.step(CopySecrets)
    yield from saga.step(DeployCode)
    yield from saga.step(PrepareServiceSpecifics)
    yield from saga.step(ConfirmFailback)
