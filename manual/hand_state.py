"""What a person types in place of the steps that move data, queues, secrets and rungs of the ladder.

Never here: the copy itself where it takes more than a command, such as tables type by type; then the note says so.
"""

from manual.hand_source import rules
from manual.recorder import Line
from manual.shell import Hand, Raw, account, aws, az_app, first_label, no_settings, output, piped, queue_url, settings, sh
from plan.model import Plan
from plan.state import BucketStore, QueueMove, Secret, Store, TableStore

_TABLES = "No command copies a table type by type: `dayzero` does, or a program of your own. Here only numbers are compared."


def copy_secrets(plan: Plan, _line: Line) -> Hand:
    """From vault to vault without a screen or a file between them."""
    wanted = {
        it.setting: f"@Microsoft.KeyVault(SecretUri={it.target_vault.rstrip('/')}/secrets/{it.target_name})"
        for it in plan.secrets
    }
    carried = [_carried(secret) for secret in plan.secrets]
    back = [
        sh("az", "keyvault", "secret", "delete", "--vault-name", first_label(it.target_vault), "--name", it.target_name)
        for it in plan.secrets
    ]
    note = "" if plan.secrets else "The plan names no secret."
    return Hand(carried + settings(plan, wanted), note, no_settings(plan, list(wanted)) + back)


def refresh_secrets(plan: Plan, _line: Line) -> Hand:
    """The same again for what was rotated."""
    current = [
        aws("secretsmanager", "describe-secret", "--secret-id", it.source, "--query", "LastChangedDate") for it in plan.secrets
    ]
    read = [_carried(secret) for secret in plan.secrets] + [az_app(plan, "restart")]
    note = "Copy again, and restart, only if one changed since it was copied." if plan.secrets else "The plan names no secret."
    return Hand(current + read if plan.secrets else [], note)


def _carried(secret: Secret) -> str:
    words = ("--secret-id", secret.source, "--query", "SecretString", "--output", "text")
    read = sh("printf", "%s", output(aws("secretsmanager", "get-secret-value", *words)))
    named = ("--vault-name", first_label(secret.target_vault), "--name", secret.target_name)
    return piped(read, sh("az", "keyvault", "secret", "set", *named, "--file", "/dev/stdin", "--output", "none"))


def start_replication(plan: Plan, _line: Line) -> Hand:
    """Streams on. Notifications of buckets are for the agent only: by hand, objects are copied by listings."""
    tables = [store.source_table for store in plan.state.stores if isinstance(store, TableStore)]
    on, off = "StreamEnabled=true,StreamViewType=KEYS_ONLY", "StreamEnabled=false"
    note = "Leave out a table that has a stream already, here and on the way back." if tables else "No store has a stream."
    back = [_stream(table, off) for table in tables] + [line for store in plan.state.stores for line in _unnotified(store)]
    return Hand([_stream(table, on) for table in tables], note, back)


def stop_replication(plan: Plan, _line: Line) -> Hand:
    """Streams off that were switched on for the migration, notifications away that were made for it."""
    return Hand(start_replication(plan, {}).back, "Leave out a table that had a stream before, and a queue that is not there.")


def _unnotified(store: Store) -> list[str]:
    """The agent's line taken out of a bucket's notifications, then its queue deleted."""
    if not isinstance(store, BucketStore) or store.changes_queue is None:
        return []
    read = aws("s3api", "get-bucket-notification-configuration", "--bucket", store.source_bucket)
    ours = f'.QueueConfigurations = [.QueueConfigurations[]? | select(.Id != "dayzero-{store.changes_queue}")]'
    put = ("--bucket", store.source_bucket, "--notification-configuration", "file://notifications.json")
    written = aws("s3api", "put-bucket-notification-configuration", *put)
    deleted = aws("sqs", "delete-queue", "--queue-url", queue_url(store.changes_queue))
    return [f"{piped(read, sh('jq', ours))} > notifications.json", written, deleted]


def _stream(table: str, wanted: str) -> str:
    return aws("dynamodb", "update-table", "--table-name", table, "--stream-specification", wanted)


def copy_state(plan: Plan, _line: Line) -> Hand:
    """Objects by a folder on this machine, messages one by one; tables need more than a command."""
    done: list[str] = []
    for store in plan.state.stores:
        if isinstance(store, BucketStore):
            folder = f"copy-{store.name}"
            done += [aws("s3", "sync", f"s3://{store.source_bucket}", folder, *_only(store))]
            target = ("--destination", store.target_container, "--source", folder, *account(store.target_endpoint))
            done += [sh("az", "storage", "blob", "upload-batch", *target, "--overwrite")]
    for queue in plan.state.queues:
        done += _moved(queue) if queue.leftover == "move" else []
    tables = any(isinstance(store, TableStore) for store in plan.state.stores)
    return Hand(done, _TABLES if tables or not done else "", [])


def _only(store: BucketStore) -> tuple[str, ...]:
    return ("--exclude", "*", "--include", f"{store.prefix}*") if store.prefix else ()


def _moved(queue: QueueMove) -> list[str]:
    """One message; the line is repeated until the queue is empty."""
    url = queue_url(queue.source_queue)
    take = aws("sqs", "receive-message", "--queue-url", url, "--output", "json")
    body = output(sh("jq", "--raw-output", ".Messages[0].Body | @base64", "message.json"))
    put = sh(
        *("az", "storage", "message", "put", "--queue-name", queue.target_queue, "--content", body),
        *account(queue.target_endpoint),
    )
    receipt = output(sh("jq", "--raw-output", ".Messages[0].ReceiptHandle", "message.json"))
    gone = aws("sqs", "delete-message", "--queue-url", url, "--receipt-handle", receipt)
    return [f"{take} > message.json", f"{put} \\\n  && {gone}"]


def verify_state(plan: Plan, _line: Line) -> Hand:
    """Numbers on both sides; dayzero compares contents besides."""
    asked: list[str] = []
    for store in plan.state.stores:
        if isinstance(store, TableStore):
            asked += [aws("dynamodb", "scan", "--table-name", store.source_table, "--select", "COUNT", "--query", "Count")]
            named = ("--table-name", store.target_table, "--select", "PartitionKey", *account(store.target_endpoint))
            asked += [sh("az", "storage", "entity", "query", *named, "--query", "length(items)")]
        else:
            prefix = ("--prefix", store.prefix) if store.prefix else ()
            listed = aws("s3api", "list-objects-v2", "--bucket", store.source_bucket, *prefix, "--query", "length(Contents)")
            named = ("--container-name", store.target_container, "--num-results", "*", *account(store.target_endpoint))
            asked += [listed, sh("az", "storage", "blob", "list", *named, "--query", "length(@)")]
    return Hand(asked, "These are numbers only. dayzero compares every item's content; by hand, compare samples of it.")


def prepare_ladder(plan: Plan, _line: Line) -> Hand:
    """The lowest rung, then the settings by which the app follows."""
    ladder = plan.state.ladder
    if ladder is None:
        return Hand([], "The plan has no ladder.")
    wanted = {"BRIDGE_LADDER": ladder.endpoint, "BRIDGE_TABLE": ladder.table, "BRIDGE_REGION": plan.source.region}
    if ladder.role_arn:
        wanted |= {"BRIDGE_ROLE_ARN": ladder.role_arn, "BRIDGE_AUDIENCE": plan.source.web_identity_audience}
    table = sh("az", "storage", "table", "create", "--name", ladder.table, *account(ladder.endpoint))
    row = _entity(
        plan, "insert", "rung=aws", "held=false", "held@odata.type=Edm.Boolean", "producers=aws", "schedules_from=", 1
    )
    key = ("--table-name", ladder.table, "--partition-key", "ladder", "--row-key", "now", *account(ladder.endpoint))
    gone = sh("az", "storage", "entity", "delete", *key)
    return Hand([table, row, *settings(plan, wanted)], "", [*no_settings(plan, list(wanted)), gone])


def climb_ladder(plan: Plan, line: Line) -> Hand:
    """Another rung, and a higher number, so that instances notice."""
    rung = line["arguments"]["rung"]
    below = {"dual": "aws", "shadow": "dual", "live": "shadow"}.get(rung)
    return _ladder(plan, [f"rung={rung}"], [f"rung={below}"] if below else [])


def hand_over_queues(plan: Plan, _line: Line) -> Hand:
    """Messages go to Azure."""
    return _ladder(plan, ["producers=azure"], ["producers=aws"])


def hand_over_schedules(plan: Plan, _line: Line) -> Hand:
    """Azure owns firings from a moment on; the rules go off in that moment."""
    moved = _ladder(plan, [Raw('"schedules_from=$MOMENT"')], ["schedules_from="])
    off = [aws("events", "disable-rule", "--name", rule) for rule in rules(plan)]
    on = [aws("events", "enable-rule", "--name", rule) for rule in rules(plan)]
    when = "Set MOMENT to a time such as 2026-11-23T02:30:00+00:00 around which nothing fires; switch the rules off then."
    return Hand(["read -r MOMENT", *moved.commands, *off], f"{when} {moved.note}", [*moved.back, *on])


def watch_shadow(plan: Plan, _line: Line) -> Hand:
    """What the instances told."""
    ladder = plan.state.ladder
    if ladder is None:
        return Hand([], "The plan has no ladder.")
    filters = [f"PartitionKey eq '{name}'" for name in ("instances", "differences", "repairs")]
    words = ("--table-name", ladder.table, *account(ladder.endpoint), "--filter")
    asked = [sh("az", "storage", "entity", "query", *words, one) for one in filters]
    return Hand(asked, "Reads must have been compared, and nothing may differ or be owed.")


def _ladder(plan: Plan, change: list[str], back: list[str]) -> Hand:
    note = (
        "Set NUMBER to one more than the row's `number`; then wait until every row under `instances` shows that number"
        " and no unsettled operation."
    )
    there, again = (["read -r NUMBER", _entity(plan, "merge", *changes)] if changes else [] for changes in (change, back))
    return Hand(there, note, again)


def _entity(plan: Plan, verb: str, *changes: object) -> str:
    ladder = plan.state.ladder
    if ladder is None:
        raise ValueError("the plan has no ladder")
    numbered: list[object] = [f"number={one}" if isinstance(one, int) else one for one in changes]
    numbered += [] if any(isinstance(one, int) for one in changes) else [Raw('"number=$NUMBER"')]
    row = ("PartitionKey=ladder", "RowKey=now", *numbered, "number@odata.type=Edm.Int32")
    return sh("az", "storage", "entity", verb, "--table-name", ladder.table, *account(ladder.endpoint), "--entity", *row)
