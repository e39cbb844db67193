"""A function app for the tests of the local host: durable functions in every form."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
more = df.Blueprint()


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    body = req.get_body()
    given = json.loads(body) if body else None
    instance_id = await client.schedule_new_orchestration(req.route_params["name"], input=given)
    return client.create_check_status_response(req, instance_id)


@app.orchestration_trigger(context_name="context")
def in_a_row(context, given):
    total = 0
    for number in range(given["times"]):
        total += yield context.call_activity("double", input=number)
    return total


@app.orchestration_trigger(context_name="context")
def approval(context: df.DurableOrchestrationContext):
    context.set_custom_status({"phase": "waiting"})
    event = context.wait_for_external_event("Approval")
    timeout = context.create_timer(context.current_utc_datetime + timedelta(seconds=600))
    winner = yield context.task_any([event, timeout])
    if winner == event:
        timeout.cancel()
        return {"approved": event.result}
    return {"approved": None}


@app.orchestration_trigger(context_name="context")
def nap(context, given):
    yield context.create_timer(timedelta(seconds=given["seconds"]))
    return "rested"


@app.orchestration_trigger(context_name="context")
def family(context, given):
    children = [context.call_sub_orchestrator("slow_once", input=given | {"n": n}) for n in range(given["children"])]
    results = yield context.task_all(children)
    return results


@app.orchestration_trigger(context_name="context")
def slow_once(context, given):
    result = yield context.call_activity("note_slowly", input=given)
    return result


@app.orchestration_trigger(context_name="context")
def fails(context, given):
    yield context.call_activity("refuse", input=given)


@more.activity_trigger(input_name="number")
def double(number: int) -> int:
    return 2 * number


@more.activity_trigger(input_name="given")
def note_slowly(given: dict) -> int:
    """Take `seconds`, leave a line in the file, answer n."""
    place = Path(os.environ["NOTES"])
    with place.open("a") as out:
        out.write(f"begin {given['n']}\n")
    time.sleep(given["seconds"])
    with place.open("a") as out:
        out.write(f"end {given['n']}\n")
    return given["n"]


@more.activity_trigger(input_name="given")
def refuse(given: dict) -> None:
    raise ValueError(given["message"])


app.register_functions(more)
