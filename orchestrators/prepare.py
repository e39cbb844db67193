"""The first part of every strategy: nothing that a client can notice."""

from activities.confirm_failback import ConfirmFailback
from activities.confirm_prerequisites import ConfirmPrerequisites
from activities.connect_remaining_dependencies import ConnectRemainingDependencies
from activities.copy_secrets import CopySecrets
from activities.deploy_code import DeployCode
from activities.deploy_infrastructure import DeployInfrastructure
from activities.freeze_source_code import FreezeSourceCode
from activities.prepare_dns import PrepareDns
from activities.prepare_network import PrepareNetwork
from activities.prepare_service_specifics import PrepareServiceSpecifics
from activities.snapshot_source import SnapshotSource
from orchestrators.listener import Lines
from orchestrators.saga import Saga


def prepare(saga: Saga) -> Lines:
    """From the prerequisites to the proof that there is a way back."""
    yield from saga.step(ConfirmPrerequisites)
    yield from saga.step(SnapshotSource)
    yield from saga.step(FreezeSourceCode)
    yield from saga.step(DeployInfrastructure)
    yield from saga.step(ConnectRemainingDependencies)
    yield from saga.step(PrepareDns)
    yield from saga.step(PrepareNetwork)
    yield from saga.step(CopySecrets)
    yield from saga.step(DeployCode)
    yield from saga.step(PrepareServiceSpecifics)
    yield from saga.step(ConfirmFailback)
