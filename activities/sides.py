"""Where each side answers by itself, whoever clients are sent to. Never here: a request."""

from activities.step import Work
from plan.source import HttpTrigger


def source_url(work: Work) -> str:
    """Base URL of AWS itself: what the plan says, else the default endpoint of its first HTTP API.

    Source: API Gateway, "Invoke HTTP APIs": https://{api}.execute-api.{region}.{suffix of the partition}.
    """
    if work.plan.checks.source:
        return work.plan.checks.source.rstrip("/")
    source = work.plan.source
    triggers = [trigger for function in source.functions for trigger in function.triggers]
    apis = [trigger.api for trigger in triggers if isinstance(trigger, HttpTrigger)]
    suffix = "amazonaws.com.cn" if source.region.startswith("cn-") else "amazonaws.com"
    return f"https://{apis[0]}.execute-api.{source.region}.{suffix}" if apis else ""


def target_url(work: Work) -> str:
    """Base URL of the function app itself."""
    return work.world.app.base_url().rstrip("/")
