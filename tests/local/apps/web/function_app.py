"""A function app for the tests of the local host: HTTP in every form."""

import json
import logging
import time

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route(route="echo/{id:int}/{*rest}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Say what arrived."""
    told = {
        "method": req.method,
        "url": req.url,
        "route": dict(req.route_params),
        "params": dict(req.params),
        "headers": dict(req.headers),
        "length": len(req.get_body()),
        "function": context.function_name,
        "invocation": context.invocation_id,
    }
    return func.HttpResponse(json.dumps(told), mimetype="application/json")


@app.route(route="mirror", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
def mirror(req: func.HttpRequest) -> func.HttpResponse:
    """Give the body back, with headers."""
    response = func.HttpResponse(req.get_body(), status_code=201, mimetype="application/octet-stream", headers={"X-One": "1"})
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2; HttpOnly")
    return response


@app.route(route="items/{id}", auth_level=func.AuthLevel.ANONYMOUS)
def item(req: func.HttpRequest) -> str:
    return f"item {req.route_params['id']}"


@app.route(route="items/special", auth_level=func.AuthLevel.ANONYMOUS)
def special(req: func.HttpRequest) -> str:
    return "the special one"


@app.route(route="guarded")
def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route(route="other")
def other(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route(route="admins", auth_level=func.AuthLevel.ADMIN)
def admins(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route(route="boom", auth_level=func.AuthLevel.ANONYMOUS)
def boom(req: func.HttpRequest) -> func.HttpResponse:
    logging.warning("about to fail")
    raise RuntimeError("a detail for the log only")


@app.route(route="nothing", auth_level=func.AuthLevel.ANONYMOUS)
def nothing(req: func.HttpRequest) -> func.HttpResponse | None:
    return None


@app.route(route="slow/{seconds}", auth_level=func.AuthLevel.ANONYMOUS)
def slow(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(float(req.route_params["seconds"]))
    return func.HttpResponse("done")
