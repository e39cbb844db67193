"""Every step by its name: what activities are called by and what rows of the ledger speak of."""

from activities.announce import Announce
from activities.await_departure import AwaitDeparture
from activities.backup_state import BackupState
from activities.bake import Bake
from activities.check_parity import CheckParity
from activities.climb_ladder import ClimbLadder
from activities.close_window import CloseWindow
from activities.confirm_failback import ConfirmFailback
from activities.confirm_metrics import ConfirmMetrics
from activities.confirm_prerequisites import ConfirmPrerequisites
from activities.connect_remaining_dependencies import ConnectRemainingDependencies
from activities.copy_delta import CopyDelta
from activities.copy_secrets import CopySecrets
from activities.copy_state import CopyState
from activities.deploy_code import DeployCode
from activities.deploy_infrastructure import DeployInfrastructure
from activities.drain_source import DrainSource
from activities.enable_target import EnableTarget
from activities.evaluate import Evaluate
from activities.freeze_source_code import FreezeSourceCode
from activities.hand_over_queues import HandOverQueues
from activities.hand_over_schedules import HandOverSchedules
from activities.judge_traffic import JudgeTraffic
from activities.prepare_dns import PrepareDns
from activities.prepare_ladder import PrepareLadder
from activities.prepare_network import PrepareNetwork
from activities.prepare_service_specifics import PrepareServiceSpecifics
from activities.quiesce_source import QuiesceSource
from activities.refresh_secrets import RefreshSecrets
from activities.retire_source import RetireSource
from activities.shift_traffic import ShiftTraffic
from activities.snapshot_source import SnapshotSource
from activities.start_replication import StartReplication
from activities.step import Step
from activities.stop_consumers import StopConsumers
from activities.stop_replication import StopReplication
from activities.switch_traffic import SwitchTraffic
from activities.sync_deltas import SyncDeltas
from activities.validate_target import ValidateTarget
from activities.verify_backup import VerifyBackup
from activities.verify_delta import VerifyDelta
from activities.verify_state import VerifyState
from activities.verify_traffic import VerifyTraffic
from activities.watch_shadow import WatchShadow

STEPS: dict[str, type[Step]] = {
    step.name: step
    for step in (
        ConfirmPrerequisites,
        SnapshotSource,
        FreezeSourceCode,
        DeployInfrastructure,
        ConnectRemainingDependencies,
        PrepareDns,
        PrepareNetwork,
        CopySecrets,
        DeployCode,
        PrepareServiceSpecifics,
        ConfirmFailback,
        StartReplication,
        BackupState,
        SyncDeltas,
        VerifyBackup,
        Announce,
        QuiesceSource,
        DrainSource,
        StopConsumers,
        CopyState,
        CopyDelta,
        VerifyState,
        VerifyDelta,
        EnableTarget,
        ValidateTarget,
        SwitchTraffic,
        VerifyTraffic,
        CloseWindow,
        Bake,
        PrepareLadder,
        ShiftTraffic,
        ConfirmMetrics,
        JudgeTraffic,
        HandOverQueues,
        AwaitDeparture,
        HandOverSchedules,
        CheckParity,
        ClimbLadder,
        WatchShadow,
        StopReplication,
        RefreshSecrets,
        RetireSource,
        Evaluate,
    )
}
