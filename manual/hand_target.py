"""What a person types on Azure in place of the steps that build the target, switch it on and ask it.

Never here: data and secrets (`hand_state.py`), clients' ways (`hand_traffic.py`).
"""

import json

from activities.app_settings import switch, target_functions
from manual.recorder import Line
from manual.shell import Hand, Raw, aws, az, az_app, no_settings, settings, sh, synchronise, target_base
from plan.addresses import clients_address
from plan.checks import Probe
from plan.model import Plan
from plan.target import Artifact


def confirm_prerequisites(plan: Plan, _line: Line) -> Hand:
    """Who am I, and may I."""
    asked = [
        aws("sts", "get-caller-identity"),
        sh("az", "account", "show"),
        sh("az", "group", "show", "--name", plan.target.resource_group),
    ]
    return Hand(asked, f"The account must be {plan.source.account}. The permissions that are needed stand under Prerequisites.")


def deploy_infrastructure(plan: Plan, _line: Line) -> Hand:
    """What-if first; deployed only when nothing is deleted."""
    parameters = json.dumps(
        {name: {"value": value} for name, value in plan.target.infrastructure.parameters.items()}, sort_keys=True
    )
    words = ("--name", f"{plan.workload}-by-hand", "--template-file", "main.json", "--parameters", parameters)
    asked, deployed = az(plan, "deployment group what-if", *words), az(plan, "deployment group create", *words)
    note = "Deploy only if nothing is to be deleted. The template stays on the way back; stop the app."
    fetched = _fetched(plan.target.infrastructure.template, "main.json")
    return Hand([*fetched, asked, deployed], note, [az_app(plan, "stop")])


def connect_remaining_dependencies(plan: Plan, _line: Line) -> Hand:
    """Settings, then ask each."""
    dependencies = plan.target.dependencies_in_aws
    wanted = {name: value for one in dependencies for name, value in one.settings.items()}
    asked = [_ask("GET", Raw(sh(one.url))) for one in dependencies]
    return Hand(
        settings(plan, wanted) + asked, "" if dependencies else "Nothing stays in AWS.", no_settings(plan, list(wanted))
    )


def prepare_network(plan: Plan, _line: Line) -> Hand:
    """The addresses that partners have to know, and the partners themselves."""
    shown = az_app(plan, "show", "--query", "possibleOutboundIpAddresses", "--output", "tsv")
    asked = [_ask("GET", Raw(sh(url))) for url in plan.target.outbound_probes]
    return Hand([shown, *asked], "Ask partners from a machine whose requests leave Azure as those of the app do.")


def deploy_code(plan: Plan, _line: Line) -> Hand:
    """Everything off, then the package."""
    functions = target_functions(plan)
    published = az_app(plan, "deployment source config-zip", "--src", "package.zip")
    disabled = settings(plan, plan.target.settings) + settings(plan, {switch(name): "true" for name in functions})
    listed = az_app(plan, "function list", "--query", "[].{name: name, disabled: isDisabled}", "--output", "table")
    back = [az_app(plan, "stop"), *no_settings(plan, list(plan.target.settings))]
    note = "Where the app ran before, publish its earlier package on the way back instead of stopping it."
    return Hand([*_fetched(plan.target.package, "package.zip"), *disabled, published, synchronise(plan), listed], note, back)


def prepare_service_specifics(plan: Plan, _line: Line) -> Hand:
    """Expressions and the time zone."""
    rules = [it.rule for function in plan.source.functions for it in function.triggers if it.type == "schedule"]
    found = [
        aws("events", "describe-rule", "--name", rule, "--query", "ScheduleExpression", "--output", "text") for rule in rules
    ]
    timers = ", ".join(f"{it.to[0]} fires at {it.ncrontab}" for it in plan.mapping if it.ncrontab)
    zone = "[?name=='WEBSITE_TIME_ZONE'].value"
    found += [az_app(plan, "config appsettings list", "--query", zone, "--output", "tsv")]
    return Hand(
        found, f"No time zone may be set. {timers}: compare the times in UTC." if timers else "No time zone may be set."
    )


def enable_target(plan: Plan, _line: Line) -> Hand:
    """Everything on."""
    functions = target_functions(plan)
    on, off = ({switch(name): value for name in functions} for value in ("false", "true"))
    health = plan.checks.health
    asked = _ask(health.method, Raw(f"{target_base(plan)}{sh(health.path)}"))
    back = [*settings(plan, off), synchronise(plan)]
    return Hand([*settings(plan, on), az_app(plan, "start"), synchronise(plan), asked], "", back)


def validate_target(plan: Plan, _line: Line) -> Hand:
    """The plan's probes, in order."""
    base = target_base(plan)
    asked = [_probe(base, probe) for probe in plan.checks.validation]
    return Hand(asked, _expected(plan.checks.validation), [_probe(base, probe) for probe in plan.checks.cleanup])


def ask_front_door(plan: Plan, _line: Line) -> Hand:
    """The safe request, as clients send it."""
    health = plan.checks.health
    asked = _ask(health.method, Raw(sh(clients_address(plan) + health.path)))
    return Hand([asked], f"Again and again: {_statuses(health)} each time.")


def check_parity(plan: Plan, _line: Line) -> Hand:
    """The same requests to both sides."""
    requests = [one for one in plan.checks.parity.requests if one.method == "GET"]
    source = Raw(sh(plan.checks.source.rstrip("/"))) if plan.checks.source else None
    if source is None or not requests:
        return Hand([], "No safe request in the plan is the same for both sides; compare what matters by eye.")
    bases = (source, target_base(plan))
    asked = [_ask("GET", Raw(f"{base}{sh(_named(one.path))}")) for one in requests for base in bases]
    return Hand(asked, "Compare the answers of each pair; real rows are compared by dayzero only.")


def announce(plan: Plan, _line: Line) -> Hand:
    """Tell the addresses that the plan names."""
    begun, ended = (
        [_post(url, {"workload": plan.workload, "text": f"{plan.workload}: {text}"}) for url in plan.window.announce_to]
        for text in ("maintenance has begun", "maintenance has ended; the workload runs on AWS as before")
    )
    return Hand(begun, "" if begun else "The plan names no address; tell people by telephone or mail.", ended)


def _fetched(artifact: Artifact, file: str) -> list[str]:
    """Fetches a file and compares its hash. What follows `?` in an address may be a signature, so it is left out."""
    url = artifact.url.split("?")[0]
    got = sh("az", "storage", "blob", "download", "--blob-url", url, "--file", file, "--auth-mode", "login", "--output", "none")
    return [got, f"{sh('echo', f'{artifact.sha256}  {file}')} | sha256sum --check"]


def _probe(base: Raw, probe: Probe) -> str:
    body = None if probe.body is None else json.loads(_named(json.dumps(probe.body)))
    return _ask(probe.method, Raw(f"{base}{sh(_named(probe.path))}"), body)


def _ask(method: str, url: Raw, body: object = None) -> str:
    words: list[object] = ["--silent", "--show-error", "--include", "--max-time", 30]
    words += ["--request", method] if method != "GET" else []
    words += (
        ["--header", "Content-Type: application/json", "--data", json.dumps(body, sort_keys=True)] if body is not None else []
    )
    return sh("curl", *words, url)


def _post(url: str, body: object) -> str:
    return _ask("POST", Raw(sh(url)), body)


def _named(text: str) -> str:
    return text.replace("{run}", "by-hand")


def _expected(probes: list[Probe]) -> str:
    return "; ".join(f"{probe.name}: {_statuses(probe)}" for probe in probes)


def _statuses(probe: Probe) -> str:
    return "status " + " or ".join(map(str, probe.status))
