"""A page of HTML on paper: a browser without a window prints it into a PDF.

Lives here: finding the browser and calling it. Never here: the page.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from cli.exits import Exit
from cli.failures import Failure

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
"""Names of browsers that print: Chromium and its relatives."""
_SECONDS = 120


def print_to_pdf(page: str, output: str) -> None:
    """Print the page into a file.

    Raises:
        Failure: no browser is found, or it does not print.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        mend = "Install Chromium, or use --format html and print that page from any browser"
        raise Failure(Exit.USAGE, "No browser that prints is on the PATH.", mend)
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "manual.html"), Path(folder, "manual.pdf")
        source.write_text(page, encoding="utf-8")
        words = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile"]
        # Chromium's sandbox refuses to work for root; the page is our own and runs no script
        words += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        try:
            ended = subprocess.run(
                [*words, f"--print-to-pdf={made}", source.as_uri()], capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(browser, type(error).__name__) from None
        if ended.returncode or not made.exists():
            raise _failed(browser, f"exit code {ended.returncode}")
        try:
            shutil.copyfile(made, output)
        except OSError as error:
            raise Failure(
                Exit.USAGE, f"{output} cannot be written: {error.strerror or error}.", "Choose another file with -o"
            ) from None


def _failed(browser: str, why: str) -> Failure:
    return Failure(
        Exit.REFUSED, f"{browser} did not print the page ({why}).", "Use --format html and print that page from any browser"
    )
