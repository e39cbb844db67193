"""Verbs that take the record of a run out of its storage account, and bring it into another: ledger export, ledger import.

Lives here: files, and what is told. Never here: what belongs to a run (`ledger/archive.py`).
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.app import ledger, print_json, verb
from cli.exits import Exit
from cli.failures import Failure
from cli.ledger_trouble import ledger_trouble
from cli.options import AsJson, By, Run, person
from cli.planfile import write_or_print

To = Annotated[str, typer.Option("--to", metavar="FILE", show_default=False, help="Write to this file.")]
From = Annotated[str, typer.Argument(metavar="FILE", help="What `dayzero ledger export` wrote.")]


@verb(of=ledger, name="export", example="dayzero ledger export orders-20261123 --to orders.json")
def export_run(run: Run, to: To, as_json: AsJson = False) -> None:
    """Write everything that the ledger holds of a run to one JSON file with a hash: rows, events, long values.

    It holds no secret. It speaks to the ledger itself, named by the agent's two settings; the agent is not needed.
    """
    with ledger_trouble():
        from ledger.ledger import open_ledger

        record = open_ledger()
        document = record.archive.take_out(record.runs.get(run).workload, run)
    write_or_print(json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n", to)
    _tell(
        {"run": run, "file": to, "sha256": document["sha256"]}, f"Run {run} is in {to} (sha256 {document['sha256']}).", as_json
    )


@verb(of=ledger, name="import", example="dayzero ledger import orders.json")
def import_run(file: From, by: By = None, as_json: AsJson = False) -> None:
    """Bring a run that was exported into the ledger of another storage account, after the first was lost.

    A run that had not ended is left alone by every agent from then on: bring it back with `dayzero failback --from-ledger`.
    """
    document = _read(file)
    with ledger_trouble():
        from ledger.archive import NotImported
        from ledger.ledger import open_ledger

        record = open_ledger()
        try:
            new = record.archive.bring_in(document)
        except NotImported as refused:
            raise Failure(Exit.REFUSED, str(refused), refused.mend) from None
        run = str(document["run"])
        if new:
            record.events.append(run, "note", f"The record was imported ({document['sha256'][:12]}).", who=person(by))
    text = f"Run {run} is in the ledger." if new else f"Run {run} was imported before; nothing was changed."
    _tell({"run": run, "imported": new, "sha256": document["sha256"]}, text, as_json)


def _read(file: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(Exit.USAGE, f"{file} cannot be read: {error.strerror or error}.", "Give the path of an export") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Failure(Exit.USAGE, f"{file} is no export of a run.", "Give what `dayzero ledger export` wrote")
    return found


def _tell(document: dict[str, Any], text: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        typer.echo(text)
