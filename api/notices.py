"""The door that sends a test to everybody whom a plan wants to be told.

Lives here: request and answer. Never here: sending (activities/notify.py), which this door shares with real notices.
"""

import azure.durable_functions as df
import azure.functions as func

from activities.notify import try_out
from api.problems import answer, door, json_body
from api.start import read_plan

bp = df.Blueprint()


@bp.route(route="notices/test", methods=["POST"])
@door
def try_notices(req: func.HttpRequest) -> func.HttpResponse:
    """Send a test to every sink of a plan: a card or an event that tells nothing; settings that are missing are named."""
    sinks = try_out(read_plan(json_body(req)))
    return answer({"reached": all(one["taken"] for one in sinks), "sinks": sinks})
