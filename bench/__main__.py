"""`python -m bench [PART ...]`: takes the figures and writes docs/figures.md, with how they were taken; PARTS names them."""

import platform
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from bench import copy, dashboard, downtime, migration, overhead

PAGE = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
PARTS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "overhead": ("The agent's own cost a step", overhead.table),
    "migration": ("Moments that clients notice, and memory", migration.table),
    "downtime": ("Downtime by strategy and by the amount of state", downtime.table),
    "copy": ("Copy rates, as a part of the slower of raw read and raw write in the same run", copy.table),
    "dashboard": ("The status door with many dashboards open on one run", dashboard.table),
}


def main() -> int:
    """Take the parts that are named, or all; a part that is not taken keeps its place in the page."""
    asked = sys.argv[1:] or list(PARTS)
    unknown = [name for name in asked if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    sections = _known()
    for name in asked:
        title, table = PARTS[name]
        print(f"{title} ...", flush=True)
        rows = table()
        print("\n".join(rows), flush=True)
        sections[title] = rows
        PAGE.write_text(_page(sections))
    return 0


def _known() -> dict[str, list[str]]:
    """Sections of the page as it stands."""
    sections: dict[str, list[str]] = {}
    for part in PAGE.read_text().split("\n## ")[1:] if PAGE.exists() else []:
        title, _, rest = part.partition("\n")
        sections[title] = rest.strip().splitlines()
    return sections


def _page(sections: dict[str, list[str]]) -> str:
    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GiB"
    machine = f"{psutil.cpu_count()} processors, {memory}, Python {platform.python_version()}"
    how = (
        f"Taken by `make bench` ({machine}) against the embedded environment: they compare, they promise nothing about a cloud."
    )
    titles = [title for title, _ in PARTS.values() if title in sections]
    body = "".join(f"\n## {title}\n\n" + "\n".join(sections[title]) + "\n" for title in titles)
    return f"# Figures\n\n{how}\n{body}"


if __name__ == "__main__":
    sys.exit(main())
