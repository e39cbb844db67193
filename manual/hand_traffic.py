"""What a person types to send clients to one side or the other, by the plan's router.

Never here: closing the source (`hand_source.py`). The commands do what `adapters/routers` does.
"""

import json
import math

from manual.hand_source import apis, lead, restored_routes
from manual.recorder import Line
from manual.shell import Hand, Raw, aws, az, az_app, output, piped, sh, target_base
from plan.addresses import clients_address
from plan.model import Plan
from plan.traffic import HttpApiRouter, LambdaAliasRouter, Route53Router, TrafficManagerRouter

_RECORDS = (
    "{Changes: [.ResourceRecordSets[] | select(.Name == $name and .Type == $type)"
    " | select(.SetIdentifier == $source or .SetIdentifier == $target)"
    " | .Weight = (if .SetIdentifier == $target then $weight else 100 - $weight end)"
    ' | if has("TTL") then .TTL = $ttl else . end | {Action: "UPSERT", ResourceRecordSet: .}]}'
)


def prepare_dns(plan: Plan, _line: Line) -> Hand:
    """Bind the domain, lower lifetimes; who is sent where stays as it is."""
    bound, unbound = _domain(plan)
    ready: list[str] = []
    note = ""
    match plan.traffic:
        case Route53Router():
            ready, note = (
                send(plan, 0),
                "This leads all clients to AWS; if a share of them is on Azure already, give its weight.",
            )
        case TrafficManagerRouter() as router:
            ready = [az(plan, "network traffic-manager profile update", "--name", router.profile, "--ttl", _ttl(plan))]
        case HttpApiRouter():
            note = "Nothing has to be prepared at the API."
        case LambdaAliasRouter():
            note = (
                "The forwarder is a version that dayzero builds and publishes; no command makes it. Or choose another router."
            )
    return Hand(bound + ready, note, unbound)


def _domain(plan: Plan) -> tuple[list[str], list[str]]:
    domain = plan.target.domain
    if domain is None:
        return [], []
    bound = [az_app(plan, "config hostname add", "--hostname", domain.host_name)]
    if domain.certificate_thumbprint:
        tls = ("--ssl-type", "SNI", "--certificate-thumbprint", domain.certificate_thumbprint)
        bound += [az_app(plan, "config ssl bind", *tls)]
    return bound, [az_app(plan, "config hostname delete", "--hostname", domain.host_name)]


def switch_traffic(plan: Plan, _line: Line) -> Hand:
    """Everybody to Azure."""
    return Hand(send(plan, 100), _waiting(plan), send(plan, 0))


def shift_traffic(plan: Plan, line: Line) -> Hand:
    """A share to Azure."""
    return Hand(send(plan, int(line["arguments"]["weight"])), _waiting(plan), send(plan, 0))


def _waiting(plan: Plan) -> str:
    seconds = math.ceil((plan.traffic.ttl + plan.traffic.settle).total_seconds())
    return f"Then wait {seconds} seconds: until then clients may go by the old answer, on the way back too. {_look(plan)}"


def _look(plan: Plan) -> str:
    """How a person sees that clients follow."""
    match plan.traffic:
        case Route53Router() as router:
            servers = aws("route53", "get-hosted-zone", "--id", router.zone, "--query", "DelegationSet.NameServers")
            question = f"dig +short {router.type} {router.record}"
            return f"Then look where clients are sent: `{question} @SERVER`, often, with a name server of `{servers}`."
        case TrafficManagerRouter() as router:
            name = f"{router.profile}'s own name (`*.trafficmanager.net`)"
            return f"Then look where clients are sent: `dig +short` of {name} at a name server of trafficmanager.net, often."
        case _:
            health = clients_address(plan) + plan.checks.health.path
            return f"Then look who answers clients: `{sh('curl', '--silent', health)}`, often."


def send(plan: Plan, weight: int) -> list[str]:
    """The router's weights: that percentage to Azure."""
    match plan.traffic:
        case Route53Router() as router:
            return _records(plan, router, weight)
        case TrafficManagerRouter() as router:
            pair = ((router.target_endpoint, weight), (router.source_endpoint, 100 - weight))
            return [_endpoint(plan, router, name, share) for name, share in sorted(pair, key=lambda one: -one[1])]
        case HttpApiRouter():
            return [command for api in apis(plan) for command in (_proxied(plan, api) if weight else restored_routes(api))]
        case LambdaAliasRouter() as router:
            return [command for one in router.functions for command in _alias(one.name, one.alias, weight)]


def _records(plan: Plan, router: Route53Router, weight: int) -> list[str]:
    facts = {
        "name": f"{router.record.rstrip('.')}.",
        "type": router.type,
        "source": router.source_id,
        "target": router.target_id,
    }
    named = [word for name, value in facts.items() for word in ("--arg", name, value)]
    numbers = ["--argjson", "weight", weight, "--argjson", "ttl", _ttl(plan)]
    listed = aws("route53", "list-resource-record-sets", "--hosted-zone-id", router.zone, "--output", "json")
    file = f"to-azure-{weight}.json"
    made = f"{piped(listed, sh('jq', *named, *numbers, _RECORDS))} > {file}"
    words = (
        "--hosted-zone-id",
        router.zone,
        "--change-batch",
        f"file://{file}",
        "--query",
        "ChangeInfo.Id",
        "--output",
        "text",
    )
    change = aws("route53", "change-resource-record-sets", *words)
    return [made, f"change=$({change})", aws("route53", "wait", "resource-record-sets-changed", "--id", Raw('"$change"'))]


def _endpoint(plan: Plan, router: TrafficManagerRouter, name: str, share: int) -> str:
    profile = ("--profile-name", router.profile)
    listed = az(plan, "network traffic-manager endpoint list", *profile, "--output", "json")
    kind = sh("jq", "--raw-output", "--arg", "name", name, '.[] | select(.name == $name) | .type | split("/") | last')
    state = ("--endpoint-status", "Enabled", "--weight", share) if share else ("--endpoint-status", "Disabled")
    words = ("--name", name, *profile, "--type", output(f"{listed} | {kind}"))
    return az(plan, "network traffic-manager endpoint update", *words, *state)


def _proxied(plan: Plan, api: str) -> list[str]:
    made = aws(
        *("apigatewayv2", "create-integration", "--api-id", api, "--integration-type", "HTTP_PROXY"),
        *("--integration-method", "ANY", "--payload-format-version", "1.0", "--integration-uri", target_base(plan)),
        *("--request-parameters", json.dumps({"overwrite:path": "$request.path"})),
        *("--query", "IntegrationId", "--output", "text"),
    )
    return [f"integration=$({made})", *lead(api, Raw('"integrations/$integration"'))]


def _alias(name: str, alias: str, weight: int) -> list[str]:
    named = ("--function-name", name, "--name", alias)
    if not weight:
        return [aws("lambda", "update-alias", *named, "--routing-config", "AdditionalVersionWeights={}")]
    found = "Versions[?Description=='dayzero: forwards to Azure'].Version | [-1]"
    asked = ("--function-name", name, "--query", found, "--output", "text")
    forwarder = f"forwarder=$({aws('lambda', 'list-versions-by-function', *asked)})"
    config = Raw(f'"AdditionalVersionWeights={{$forwarder={weight / 100:g}}}"')
    return [forwarder, aws("lambda", "update-alias", *named, "--routing-config", config)]


def _ttl(plan: Plan) -> int:
    return math.ceil(plan.traffic.ttl.total_seconds())
