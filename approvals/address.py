"""The agent's own address, for links that people get.

Lives here: reading it from the settings. Never here: links.
"""

import os


def public_address(otherwise: str = "") -> str:
    """As the settings say (DAYZERO_PUBLIC_URL), else `otherwise`, else as the platform names the app."""
    named = os.environ.get("DAYZERO_PUBLIC_URL", "").rstrip("/")
    return named or otherwise or f"https://{os.environ.get('WEBSITE_HOSTNAME', 'localhost')}"
