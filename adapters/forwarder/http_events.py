"""HTTP requests as Lambda gets them and answers as Lambda gives them: payload formats 2.0 and 1.0, and load balancers.

Never here: sending. Source: "AWS Lambda integrations for HTTP APIs" (API Gateway), "Lambda functions as targets" (ELB).
"""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

from adapters.forwarder.sending import Answer, Headers, NoAnswer, Request

Event = dict[str, Any]
_IN_PATHS = "/%:@!$&'()*+,;=-._~"
"""What may stand in a path besides letters and digits; anything else is percent-encoded (RFC 3986)."""
_TEXT = ("text/", "application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded")


def is_http(event: object) -> bool:
    """Whether the event is an HTTP request of API Gateway, a function URL or a load balancer."""
    if not isinstance(event, dict) or not isinstance(event.get("requestContext"), dict):
        return False
    return "httpMethod" in event or "http" in event["requestContext"]


def to_request(event: Event) -> Request:
    """The request as the client sent it, without the stage in its path."""
    context = event["requestContext"]
    if "http" in context:
        method, path, query = context["http"]["method"], event.get("rawPath") or "/", event.get("rawQueryString") or ""
        headers = [(name.lower(), value) for name, value in (event.get("headers") or {}).items()]
        cookies = event.get("cookies") or []
        headers += [("cookie", "; ".join(cookies))] if cookies else []
    else:
        method, path, query, headers = event["httpMethod"], event.get("path") or "/", _query(event), _headers(event)
    stage = context.get("stage")
    if stage and stage != "$default" and (path + "/").startswith(f"/{stage}/"):
        path = path[len(stage) + 1 :] or "/"
    host = next((value for name, value in headers if name == "host"), "")
    if host and not any(name == "x-forwarded-host" for name, _ in headers):
        headers.append(("x-forwarded-host", host))
    body = event.get("body") or ""
    content = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    return Request(method, quote(path, safe=_IN_PATHS) + (f"?{query}" if query else ""), headers, content)


def to_result(event: Event, answer: Answer) -> Event:
    """What Lambda gives back for the answer, in the format of the event."""
    text = _text(answer)
    body = base64.b64encode(answer.body).decode() if text is None else text
    result: Event = {"statusCode": answer.status, "body": body, "isBase64Encoded": text is None}
    if "http" in event["requestContext"]:
        cookies = [value for name, value in answer.headers if name == "set-cookie"]
        joined = {name: ", ".join(values) for name, values in _grouped(answer.headers).items() if name != "set-cookie"}
        return result | {"headers": joined} | ({"cookies": cookies} if cookies else {})
    if "multiValueHeaders" in event:
        return result | {"multiValueHeaders": _grouped(answer.headers)}
    return result | {"headers": dict(answer.headers)}


def to_problem(event: Event, problem: NoAnswer) -> Event:
    """What Lambda gives back when there is no answer."""
    body = json.dumps({"error": "no-answer", "detail": str(problem)}).encode()
    return to_result(event, Answer(problem.status, [("content-type", "application/json")], body))


def _query(event: Event) -> str:
    """The query of format 1.0; a load balancer leaves it encoded, API Gateway does not."""
    many = event.get("multiValueQueryStringParameters")
    if many is None:
        many = {name: [value] for name, value in (event.get("queryStringParameters") or {}).items()}
    pairs = [(name, value) for name, values in many.items() for value in values]
    if "elb" in event["requestContext"]:
        return "&".join(f"{name}={value}" for name, value in pairs)
    return urlencode(pairs)


def _headers(event: Event) -> Headers:
    many = event.get("multiValueHeaders")
    if many is None:
        return [(name.lower(), value) for name, value in (event.get("headers") or {}).items()]
    return [(name.lower(), value) for name, values in many.items() for value in values]


def _grouped(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def _text(answer: Answer) -> str | None:
    """The body as text; None when it is not text, and travels as base64 then."""
    headers = dict(answer.headers)
    kind = headers.get("content-type", "").lower()
    if headers.get("content-encoding", "identity") != "identity":
        return None
    if answer.body and not (kind.startswith(_TEXT) or "+json" in kind or "+xml" in kind):
        return None
    try:
        return answer.body.decode("utf-8")
    except UnicodeDecodeError:
        return None
