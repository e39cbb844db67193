"""The `aws` and `az` commands that a person could type in place of each step, made from the plan alone.

Lives here: which maker belongs to which step. Never here: a secret, or a name that the plan does not have. Nothing runs them.
"""

from collections.abc import Callable

from manual import hand_inspection, hand_source, hand_state, hand_target, hand_traffic
from manual.recorder import Line
from manual.shell import Hand, aws, output, sh
from plan.model import Plan

_MAKERS: dict[str, Callable[[Plan, Line], Hand]] = {
    "confirm_prerequisites": hand_target.confirm_prerequisites,
    "snapshot_source": hand_source.snapshot_source,
    "inspect_workload": hand_inspection.inspect_workload,
    "freeze_source_code": hand_source.freeze_source_code,
    "deploy_infrastructure": hand_target.deploy_infrastructure,
    "connect_remaining_dependencies": hand_target.connect_remaining_dependencies,
    "prepare_dns": hand_traffic.prepare_dns,
    "prepare_network": hand_target.prepare_network,
    "copy_secrets": hand_state.copy_secrets,
    "deploy_code": hand_target.deploy_code,
    "prepare_service_specifics": hand_target.prepare_service_specifics,
    "confirm_failback": hand_source.freeze_source_code,
    "start_replication": hand_state.start_replication,
    "backup_state": hand_state.copy_state,
    "sync_deltas": hand_state.copy_state,
    "verify_backup": hand_state.verify_state,
    "recheck_touched": hand_state.verify_state,
    "announce": hand_target.announce,
    "quiesce_source": hand_source.quiesce_source,
    "drain_source": hand_source.drain_source,
    "stop_consumers": hand_source.stop_consumers,
    "copy_state": hand_state.copy_state,
    "verify_state": hand_state.verify_state,
    "copy_delta": hand_state.copy_state,
    "verify_delta": hand_state.verify_state,
    "refresh_secrets": hand_state.refresh_secrets,
    "enable_target": hand_target.enable_target,
    "validate_target": hand_target.validate_target,
    "switch_traffic": hand_traffic.switch_traffic,
    "verify_traffic": hand_target.ask_front_door,
    "bake": hand_target.ask_front_door,
    "stop_replication": hand_state.stop_replication,
    "retire_source": hand_source.retire_source,
    "evaluate": hand_target.ask_front_door,
    "prepare_ladder": hand_state.prepare_ladder,
    "check_parity": hand_target.check_parity,
    "shift_traffic": hand_traffic.shift_traffic,
    "judge_traffic": hand_target.ask_front_door,
    "hand_over_queues": hand_state.hand_over_queues,
    "hand_over_schedules": hand_state.hand_over_schedules,
    "await_departure": hand_source.await_departure,
    "climb_ladder": hand_state.climb_ladder,
    "watch_shadow": hand_state.watch_shadow,
}
_NOTHING_TO_TYPE = {
    "close_window": "Write the time down.",
    "confirm_metrics": "Open the metrics of both sides in CloudWatch and Azure Monitor, and see that they are there.",
}


def by_hand(plan: Plan, line: Line) -> Hand:
    """The commands of a step of the runbook.

    Args:
        plan: what moves.
        line: as `manual.recorder.record` gives it; its `arguments` count.

    Raises:
        KeyError: nobody has said what a person does in place of this step.
    """
    if line["name"] in _NOTHING_TO_TYPE:
        return Hand([], _NOTHING_TO_TYPE[line["name"]])
    return _MAKERS[line["name"]](plan, line)


def beforehand(plan: Plan) -> list[str]:
    """What a person's shell needs once, before any other command."""
    region = sh(plan.source.region)
    lines = [f"export AWS_REGION={region} AWS_DEFAULT_REGION={region} AWS_PAGER=''"]
    if plan.source.role_arn:
        words = (
            "--role-arn",
            plan.source.role_arn,
            "--role-session-name",
            "by-hand",
            "--query",
            "Credentials",
            "--output",
            "json",
        )
        fields = {"ACCESS_KEY_ID": "AccessKeyId", "SECRET_ACCESS_KEY": "SecretAccessKey", "SESSION_TOKEN": "SessionToken"}
        kept = '"export ' + " ".join(f"AWS_{name}=\\(.{field})" for name, field in fields.items()) + '"'
        assumed = f"{aws('sts', 'assume-role', *words)} | {sh('jq', '--raw-output', kept)}"
        lines += [f"eval {output(assumed)}"]
    return [*lines, sh("az", "login"), sh("az", "account", "set", "--subscription", plan.target.subscription)]
