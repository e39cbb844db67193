"""The hash that names a plan in the ledger, in approvals and in reports."""

import hashlib
import json

from plan.model import Plan


def plan_hash(plan: Plan) -> str:
    """SHA-256 (64 hex digits) of the plan as canonical JSON: keys sorted, no blanks, defaults written out."""
    canonical = json.dumps(
        plan.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
