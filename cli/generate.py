"""`python -m cli.generate`: writes the files that are made from the code.

Lives here: which file comes from where. Never here: what stands in them.
"""

from collections.abc import Callable
from pathlib import Path

from cli.known_failures import known_failures
from cli.reference import reference as command_reference
from plan.reference import reference as plan_reference
from plan.schema import schema_text

GENERATED: dict[str, Callable[[], str]] = {
    "plan/schema.json": schema_text,
    "docs/plan.md": plan_reference,
    "docs/cli.md": command_reference,
    "manual/known_failures.json": known_failures,
}


def main() -> None:
    """Write each file below the folder that holds this package."""
    root = Path(__file__).resolve().parents[1]
    for name, make in GENERATED.items():
        (root / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
