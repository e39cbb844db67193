"""All inspections, and one look at a plan by all of them.

Lives here: which there are, and what becomes of one that cannot look. Never here: what one looks at (the other modules).
"""

from collections.abc import Iterator

from activities.inspections import buckets, capacity, clients, queues, settings, subjects, time_limits
from activities.inspections.facts import Facts
from activities.inspections.finding import Finding, Inspection
from adapters.errors import AdapterError
from plan.model import Plan

INSPECTIONS: tuple[Inspection, ...] = (
    Inspection("answer-cut-off", subjects.functions_with("http"), time_limits.answer_cut_off),
    Inspection("run-cut-off", subjects.every_function, time_limits.run_cut_off),
    Inspection("legacy-settings", subjects.the_app, settings.legacy_settings),
    Inspection("setting-misread", settings.names, settings.setting_misread),
    Inspection("signature-refused", subjects.every_api, clients.signature_refused),
    Inspection("batch-item-failures", subjects.functions_with("queue"), queues.batch_item_failures),
    Inspection("lock-lost", subjects.functions_with("queue"), queues.lock_lost),
    Inspection("message-too-large", subjects.every_queue, queues.message_too_large),
    Inspection("order-lost", subjects.every_queue, queues.order_lost),
    Inspection("retried-at-once", subjects.every_queue, queues.retried_at_once),
    Inspection("blobs-again", subjects.every_bucket, buckets.blobs_again),
    Inspection("blobs-missed", subjects.every_bucket, buckets.blobs_missed),
    Inspection("downstream-swamped", subjects.every_function, capacity.downstream_swamped),
    Inspection("host-id-collision", subjects.the_app, capacity.host_id_collision),
    Inspection("clock-skew", capacity.clouds, capacity.clock_skew),
)
_HIDDEN = {"denied", "not-found", "invalid"}
"""Codes of errors that another try does not mend: what cannot be looked at is told. Others fail the step."""


def findings(facts: Facts, plan: Plan) -> Iterator[Finding]:
    """What is found, in the order of the inspections; also each subject that could not be looked at.

    Raises:
        AdapterError: a cloud does not answer, or throttles.
    """
    for inspection in INSPECTIONS:
        for subject in inspection.subjects(plan):
            yield from _look(inspection, facts, subject)


def _look(inspection: Inspection, facts: Facts, subject: str) -> Iterator[Finding]:
    try:
        for one in inspection.look(facts, subject):
            yield Finding(inspection.id, one.about or subject, one.weight, one.what, one.mend)
    except AdapterError as error:
        if error.code not in _HIDDEN:
            raise
        what = f"{subject} could not be looked at: {error.message}"
        yield Finding(inspection.id, subject, "warn", what, error.mend or "Look for it by hand.")
