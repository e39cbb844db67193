"""Sinks of notices as the agent's settings have them: the address, and whether all is there that a notice needs.

Lives here: reading settings. Never here: sending (activities/sending.py). No address and no key is in any answer.
"""

import os
from urllib.parse import urlsplit

from approvals.errors import NotAllowed
from approvals.keys import LINK_KEYS, keys
from plan.notices import LOOPBACK, Sink


def address(sink: Sink) -> str:
    """Where its notices go; it may be a secret. Empty when the setting is."""
    return sink.url or os.environ.get(sink.url_setting or "", "").strip()


def unready(sink: Sink) -> str:
    """Why nothing could be sent to this sink with this process's settings; empty when something could. Sends nothing."""
    url = address(sink)
    if not url:
        return f"the setting {sink.url_setting} is empty"
    if not _fine(url):
        return f"{'its url' if sink.url else f'the setting {sink.url_setting}'} is no https:// address"
    try:
        for setting in ([sink.signing_setting] if sink.signing_setting else []) + ([LINK_KEYS] if sink.links_for else []):
            keys(setting)
    except NotAllowed as error:
        return str(error)
    return ""


def _fine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and port != 0 and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
