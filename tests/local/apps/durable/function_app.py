"""A function app for the tests of the local host: durable functions in every form."""

import json
import os
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from durabletask.task import when_all, when_any

type Steps = Generator[Any, Any, Any]

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
more = df.Blueprint()


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    body = req.get_body()
    given = json.loads(body) if body else None
    instance_id = await client.schedule_new_orchestration(req.route_params["name"], input=given)
    return client.create_check_status_response(req, instance_id)


@app.route(route="ask/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
def ask(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Start an orchestration and answer with what it gives: in a thread, with the client for functions like this."""
    instance_id = client.schedule_new_orchestration(req.route_params["name"], input=req.get_json())
    state = client.wait_for_orchestration_completion(instance_id, timeout=10)
    return func.HttpResponse(state.serialized_output if state else None)


@app.orchestration_trigger(context_name="context")
def in_a_row(context: Any, given: Any) -> Steps:
    total = 0
    for number in range(given["times"]):
        total += yield context.call_activity("double", input=number)
    return total


@app.orchestration_trigger(context_name="context")
def approval(context: Any, _given: Any) -> Steps:
    context.set_custom_status({"phase": "waiting"})
    event = context.wait_for_external_event("Approval")
    timeout = context.create_timer(timedelta(seconds=600))
    winner = yield when_any([event, timeout])
    if winner == event:
        timeout.cancel()
        return {"approved": event.get_result()}
    return {"approved": None}


@app.orchestration_trigger(context_name="context")
def nap(context: Any, given: Any) -> Steps:
    yield context.create_timer(timedelta(seconds=given["seconds"]))
    return "rested"


@app.orchestration_trigger(context_name="context")
def family(context: Any, given: Any) -> Steps:
    children = [context.call_sub_orchestrator("slow_once", input=given | {"n": n}) for n in range(given["children"])]
    results = yield when_all(children)
    return results


@app.orchestration_trigger(context_name="context")
def slow_once(context: Any, given: Any) -> Steps:
    result = yield context.call_activity("note_slowly", input=given)
    return result


@app.orchestration_trigger(context_name="context")
def bulky(context: Any, given: Any) -> Steps:
    total = 0
    for _ in range(given["times"]):
        text = yield context.call_activity("text", input=given["bytes"])
        total += len(text)
    return total


@app.orchestration_trigger(context_name="context")
def fails(context: Any, given: Any) -> Steps:
    yield context.call_activity("refuse", input=given)


@more.activity_trigger(input_name="number")
def double(number: int) -> int:
    return 2 * number


@more.activity_trigger(input_name="given")
def note_slowly(given: dict[str, Any]) -> int:
    """Take `seconds`, leave a line in the file, answer n."""
    place = Path(os.environ["NOTES"])
    with place.open("a") as out:
        out.write(f"begin {given['n']}\n")
    time.sleep(given["seconds"])
    with place.open("a") as out:
        out.write(f"end {given['n']}\n")
    return int(given["n"])


@more.activity_trigger(input_name="size")
async def text(size: int) -> str:
    return "x" * size


@more.activity_trigger(input_name="given")
def refuse(given: dict[str, Any]) -> None:
    raise ValueError(given["message"])


app.register_functions(more)
