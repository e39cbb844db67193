"""The picture in the README: the table that `dayzero status` shows, of the demo's last run.

Lives here: drawing what the demo kept. Usage: `python -m local.picture STATUS.json OUT.svg`.
"""

import io
import json
import sys
from pathlib import Path

from rich.console import Console

from cli.table import run_table


def main() -> int:
    """Draw it."""
    status = json.loads(Path(sys.argv[1]).read_text())
    screen = Console(record=True, width=118, file=io.StringIO(), force_terminal=True)
    screen.print(run_table(status))
    Path(sys.argv[2]).parent.mkdir(parents=True, exist_ok=True)
    screen.save_svg(sys.argv[2], title=f"dayzero status {status['run']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
