"""The page of the Teams stand-in: posts, newest first, and a line to write in.

Lives here: HTML. Never here: receiving and sending.
"""

from html import escape
from typing import Any

Json = dict[str, Any]
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 48rem; padding: 0 1rem }
article { border: 1px solid; border-radius: .5rem; margin: 1rem 0; padding: .5rem 1rem; overflow-wrap: anywhere }
a.button { border: 1px solid; border-radius: .25rem; display: inline-block; margin: .25rem; padding: .25rem .75rem }
"""


def page(posts: list[Json], people: list[str]) -> str:
    """The whole page; every text of a post is escaped."""
    names = "".join(f"<option>{escape(name)}</option>" for name in people)
    form = (
        f'<form method="post" action="/say"><select name="name" aria-label="Who writes">{names}</select> '
        '<input name="text" size="50" aria-label="Message" placeholder="status orders"> '
        "<button>Send to @dayzero</button></form>"
    )
    shown = "".join(f"<article><small>{escape(one['at'])}</small>{_post(one)}</article>" for one in reversed(posts))
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Teams stand-in</title>'
    body = f"<h1>Teams stand-in</h1>{form}{shown}"
    return f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>'


def _post(one: Json) -> str:
    post = one["post"]
    match one["kind"]:
        case "card":
            return "".join(map(_element, post["body"])) + "".join(map(_button, post.get("actions", [])))
        case "message":
            return f"<p><b>{escape(post['name'])}</b>: {escape(post['text'])}</p><p>{escape(post['answer']['text'])}</p>"
    return f"<p><b>{escape(str(post.get('type')))}</b> {escape(str(post.get('sequence')))}: {escape(str(post.get('data')))}</p>"


def _element(element: Json) -> str:
    match element.get("type"):
        case "TextBlock":
            return f"<p><b>{escape(str(element['text']))}</b></p>"
        case "RichTextBlock":
            return f"<p>{escape(''.join(str(run['text']) for run in element['inlines']))}</p>"
        case "FactSet":
            return "".join(f"<div>{escape(str(f['title']))}: {escape(str(f['value']))}</div>" for f in element["facts"])
    return ""


def _button(action: Json) -> str:
    url = str(action.get("url", ""))
    address = escape(url) if url.startswith(("http://", "https://")) else "#"
    return f'<a class="button" rel="noreferrer" href="{address}">{escape(str(action.get("title", "")))}</a>'
