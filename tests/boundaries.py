"""Who may import whom, as a function over sources, so that the rules themselves can be tested with bad ones.

Lives here: the table of rooms and the rules. Never here: reading files.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

PRODUCT: dict[str, set[str]] = {
    "plan": {"plan"},
    "ledger": {"ledger", "plan"},
    "adapters": {"adapters", "bridge", "plan"},
    "bridge": {"bridge"},  # apps take it with them
    "rehearsal": {"rehearsal", "adapters", "ledger", "plan"},
    "activities": {"activities", "adapters", "approvals", "ledger", "plan", "rehearsal"},
    "orchestrators": {"orchestrators", "activities", "plan"},
    "approvals": {"approvals", "ledger", "plan"},
    "manual": {"manual", "orchestrators", "activities", "ledger", "plan"},
    "api": {"api", "approvals", "ledger", "manual", "orchestrators", "plan", "rehearsal"},
    "cli": {"cli", "plan"},
    "function_app": {"api", "activities", "orchestrators"},
}
"""Rooms of the product, and the rooms that each may import."""
AROUND: dict[str, set[str]] = {
    "local": {"local", "examples"},
    "examples": {"examples", "bridge"},
    "tests": {*PRODUCT, "local", "examples", "tests", "bench"},
    "bench": {*PRODUCT, "local", "examples", "tests", "bench"},
}
"""Rooms around the product. Nothing in the product imports them."""
EXCEPTIONS: dict[str, set[str]] = {
    "cli/break_glass.py": {"cli", "activities", "ledger"},  # there is no agent to ask any more
    "cli/retire.py": {"cli", "activities", "adapters"},  # the agent may delete nothing, so a person does
    "cli/archives.py": {"cli", "ledger"},  # the same
    "cli/checkups.py": {"cli", "adapters", "ledger", "plan"},  # looks at what those verbs will need
    "cli/ledger_trouble.py": {"cli", "ledger"},  # what those two have in common
    "manual/permissions.py": {"manual", "adapters", "plan"},  # adapters know what they need, and the manual lists it
    "api/notices.py": {"activities"},  # a test of notices is sent as they are
    "local/faulty/function_app.py": {*PRODUCT},  # an agent with a fault is an agent
    "examples/orders/seed.py": {"local"},  # orders as the traffic makes them
    "local/picture.py": {"cli"},  # a picture of what the command shows
}
HOST = ("azure.functions", "azure.durable_functions", "durabletask")
AT_THE_HOST = ("api/", "orchestrators/", "activities/blueprint.py", "manual/recorder.py", "function_app.py")
SDKS = ("boto3", "botocore", "azure")
CALM = {"collections", "datetime", "typing", "durabletask", "activities", "orchestrators", "plan"}
"""What an orchestrator may import: everything that gives the same answer when history is replayed."""
RESTLESS = {"now", "utcnow", "today"}
PROVIDERS = {"aws", "azure", "lambda", "dynamodb", "s3", "sqs", "route53", "eventbridge", "amazon", "microsoft", "boto3"}
NOT_FOR_STEPS = {
    "blueprint",
    "by_hand",
    "retirement",
    "context",
    "faults",
    "gates",
    "lifecycle",
    "notify",
    "record",
    "registry",
    "run_control",
    "sending",
}
"""Modules of activities/ that drive steps; the others hold what steps share, and steps/ the steps."""
ONLY_BY = {
    "adapters.wiring": ("activities/context.py",),
    "activities.context": ("activities/",),
    "activities.lifecycle": ("activities/blueprint.py", "activities/by_hand.py"),
    "ledger.storage": ("ledger/",),
    "rehearsal.faults": ("rehearsal/",),  # loaded by a setting, where failures are wanted
    "rehearsal": ("rehearsal/", "api/", "activities/record.py"),
}
BRIDGE_TO_ADAPTERS = ("bridge.place", "bridge.book")
"""What the agent's side knows of the library: where the app stands, and the table that says so."""
LONGEST = 300


@dataclass(frozen=True)
class Source:
    """A file of the repository: its path from the root, and its text."""

    path: str
    text: str

    @property
    def room(self) -> str:
        return self.path.split("/", 1)[0].removesuffix(".py")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> list[str]:
        """Dotted names that are imported anywhere in the file; `from a import b` gives both `a` and `a.b`."""
        found: list[str] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
        return found

    @property
    def is_step(self) -> bool:
        """Whether the file holds a step."""
        return self.path.startswith("activities/") and any(
            isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id == "Step" for base in node.bases)
            for node in self.tree.body
        )


def complaints(sources: list[Source]) -> list[str]:
    """Every broken rule, as `path: what is wrong`."""
    steps = {source.path.removesuffix(".py").replace("/", ".") for source in sources if source.is_step}
    found: list[str] = []
    for source in sources:
        broken = [*_form(source), *_rooms(source), *_sdks(source), *_narrow(source)]
        broken += [*_orchestrator(source)] if source.room == "orchestrators" else []
        broken += [*_step(source, steps)] if source.is_step else []
        found += [f"{source.path}: {what}" for what in dict.fromkeys(broken)]
    return found


def _form(source: Source) -> Iterator[str]:
    if not ast.get_docstring(source.tree):
        yield "has no module docstring"
    if (length := len(source.text.splitlines())) > LONGEST:
        yield f"has {length} lines"
    if source.path.count("/") > 2 and source.room in PRODUCT:
        yield "lies more than two folders deep"


def _rooms(source: Source) -> Iterator[str]:
    if source.room not in PRODUCT | AROUND:
        yield f"{source.room} is no known room"
        return
    allowed = (PRODUCT | AROUND)[source.room] | EXCEPTIONS.get(source.path, set())
    for name in source.imports:
        room = name.split(".", 1)[0]
        if name.startswith(".") and source.room in PRODUCT:
            yield "imports by a relative path"
        elif room in PRODUCT | AROUND and room not in allowed:
            yield f"imports {room}"
    dynamic = {"import_module", "__import__"} & {_called(node) for node in ast.walk(source.tree)}
    if dynamic and source.room in PRODUCT:
        yield f"imports by {dynamic.pop()}"


def _sdks(source: Source) -> Iterator[str]:
    if source.room not in PRODUCT:
        return
    for name in source.imports:
        if _under(name, HOST):
            if not source.path.startswith(AT_THE_HOST):
                yield f"imports {name}, which belongs to the host's edge"
        elif _under(name, SDKS) and name != "azure" and source.room not in {"adapters", "bridge", "ledger"}:
            yield f"imports the SDK {name}"
    if source.room not in {"ledger", "adapters", "bridge"} and re.search(r"DAYZERO_LEDGER_|TableServiceClient", source.text):
        yield "names the ledger's tables"


def _narrow(source: Source) -> Iterator[str]:
    if source.room in PRODUCT:
        for name, users in ONLY_BY.items():
            if name in source.imports and not source.path.startswith(users):
                yield f"imports {name}, which only {', '.join(users)} may"
    if source.room == "adapters":
        for name in source.imports:
            if name.startswith("bridge.") and not _under(name, BRIDGE_TO_ADAPTERS):
                yield f"imports {name}; of the bridge only {' and '.join(BRIDGE_TO_ADAPTERS)} are for adapters"


def _orchestrator(source: Source) -> Iterator[str]:
    blueprint = source.path == "orchestrators/blueprint.py"
    for name in source.imports:
        if name.split(".")[0] not in CALM and not (blueprint and _under(name, HOST)):
            yield f"imports {name}, which is not the same when history is replayed"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in RESTLESS:
            yield f"asks the clock by {node.attr}"
    docstrings = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(source.tree):
        words = _words(node) if id(node) not in docstrings else set()
        if not blueprint and words & PROVIDERS:
            yield f"names {', '.join(sorted(words & PROVIDERS))}"


def _step(source: Source, steps: set[str]) -> Iterator[str]:
    if not source.path.startswith("activities/steps/"):
        yield "is a step and lies outside of activities/steps/"
    for name in source.imports:
        if name in steps - {source.path.removesuffix(".py").replace("/", ".")}:
            yield f"imports another step, {name}"
        elif name.startswith("activities.") and name.split(".")[1] in NOT_FOR_STEPS:
            yield f"imports {name}, which is not for steps"
        elif name.split(".")[0] == "ledger":
            yield "imports ledger; a step reads it through work.record"


def _words(node: ast.AST) -> set[str]:
    text = ""
    match node:
        case ast.Name(id=text) | ast.Attribute(attr=text) | ast.arg(arg=text) | ast.alias(name=text):
            pass
        case ast.FunctionDef(name=text) | ast.ClassDef(name=text) | ast.Constant(value=str(text)):
            pass
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*", text)}


def _called(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def _under(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)
