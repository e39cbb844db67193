"""The table of known failures (docs/failure-modes.md) as data, for the manual: the agent is deployed without documents.

Lives here: reading the page's tables. Never here: a failure; those stand in the page.
"""

import json
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "failure-modes.md"


def known_failures() -> str:
    """JSON: a list of `chapter`, `symptom`, `found` and `remedy`, as Markdown, in the page's order."""
    found: list[dict[str, str]] = []
    chapter = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            chapter = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith(("| symptom", "| ---")):
            symptom, how, remedy = (cell.strip() for cell in line.strip("|").split("|"))
            found.append({"chapter": chapter, "symptom": symptom, "found": how, "remedy": remedy})
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"
