"""Every step by its name: what activities are called by and what rows of the ledger speak of."""

from activities.step import Step
from activities.steps.announce import Announce
from activities.steps.await_departure import AwaitDeparture
from activities.steps.backup_state import BackupState
from activities.steps.bake import Bake
from activities.steps.check_parity import CheckParity
from activities.steps.climb_ladder import ClimbLadder
from activities.steps.close_window import CloseWindow
from activities.steps.confirm_failback import ConfirmFailback
from activities.steps.confirm_metrics import ConfirmMetrics
from activities.steps.confirm_prerequisites import ConfirmPrerequisites
from activities.steps.connect_remaining_dependencies import ConnectRemainingDependencies
from activities.steps.copy_delta import CopyDelta
from activities.steps.copy_secrets import CopySecrets
from activities.steps.copy_state import CopyState
from activities.steps.deploy_code import DeployCode
from activities.steps.deploy_infrastructure import DeployInfrastructure
from activities.steps.drain_source import DrainSource
from activities.steps.enable_target import EnableTarget
from activities.steps.evaluate import Evaluate
from activities.steps.freeze_source_code import FreezeSourceCode
from activities.steps.hand_over_queues import HandOverQueues
from activities.steps.hand_over_schedules import HandOverSchedules
from activities.steps.inspect_workload import InspectWorkload
from activities.steps.judge_traffic import JudgeTraffic
from activities.steps.prepare_dns import PrepareDns
from activities.steps.prepare_ladder import PrepareLadder
from activities.steps.prepare_network import PrepareNetwork
from activities.steps.prepare_service_specifics import PrepareServiceSpecifics
from activities.steps.quiesce_source import QuiesceSource
from activities.steps.recheck_touched import RecheckTouched
from activities.steps.refresh_secrets import RefreshSecrets
from activities.steps.retire_source import RetireSource
from activities.steps.shift_traffic import ShiftTraffic
from activities.steps.snapshot_source import SnapshotSource
from activities.steps.start_replication import StartReplication
from activities.steps.stop_consumers import StopConsumers
from activities.steps.stop_replication import StopReplication
from activities.steps.switch_traffic import SwitchTraffic
from activities.steps.sync_deltas import SyncDeltas
from activities.steps.validate_target import ValidateTarget
from activities.steps.verify_backup import VerifyBackup
from activities.steps.verify_delta import VerifyDelta
from activities.steps.verify_state import VerifyState
from activities.steps.verify_traffic import VerifyTraffic
from activities.steps.watch_shadow import WatchShadow

STEPS: dict[str, type[Step]] = {
    step.name: step
    for step in (
        ConfirmPrerequisites,
        SnapshotSource,
        InspectWorkload,
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
        RecheckTouched,
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
