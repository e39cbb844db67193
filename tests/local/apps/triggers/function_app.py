"""A function app for the tests of the local host: queue and timer triggers, queue outputs. Leaves its notes in a file."""

import json
import os
import threading
import time
from pathlib import Path

import azure.functions as func

app = func.FunctionApp()
_writing = threading.Lock()


def note(**told: object) -> None:
    with _writing, Path(os.environ["NOTES"]).open("a") as out:
        out.write(json.dumps(told) + "\n")


@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="DATA")
def work(msg: func.QueueMessage) -> None:
    """Note the message; fail if it says so."""
    body = msg.get_body().decode()
    note(work=body, count=msg.dequeue_count, id=msg.id, inserted=str(msg.insertion_time))
    if body == "fail":
        raise ValueError("as asked")
    if body.startswith("slow"):
        time.sleep(1.5)
        note(done=body)


@app.queue_trigger(arg_name="msg", queue_name="forward-in", connection="DATA")
@app.queue_output(arg_name="out", queue_name="forward-out", connection="DATA")
async def forward(msg: func.QueueMessage, out: func.Out[str]) -> None:
    out.set(msg.get_body().decode().upper())


@app.route(route="enqueue/{count:int}", auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="out", queue_name="%WORK_QUEUE%", connection="DATA")
def enqueue(req: func.HttpRequest, out: func.Out[list[str]]) -> func.HttpResponse:
    out.set([f"item {number}" for number in range(int(req.route_params["count"]))])
    return func.HttpResponse(status_code=202)


@app.timer_trigger(arg_name="timer", schedule="%EVERY%")
def tick(timer: func.TimerRequest) -> None:
    note(tick=time.time(), past_due=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="0 0 3 1 1 *", run_on_startup=True)
def yearly(timer: func.TimerRequest) -> None:
    note(yearly=time.time(), past_due=timer.past_due, status=getattr(timer, "schedule_status", None))
