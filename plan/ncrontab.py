"""Checks six-field NCRONTAB expressions as Azure Functions timers take them.

Lives here: the grammar (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions).
Never here: when an expression fires.
"""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)


def ncrontab_problem(expression: str) -> str | None:
    """What is wrong with the expression, or None."""
    words = expression.split()
    if len(words) != len(_FIELDS):
        return f"{expression!r} has {len(words)} fields, not six (second minute hour day month day-of-week)"
    for word, (name, low, high, names) in zip(words, _FIELDS, strict=True):
        if not all(_item_fits(item, low, high, names) for item in word.split(",")):
            return f"{word!r} is no {name} between {low} and {high}"
    return None


def _item_fits(item: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    """One of `*`, `5`, `1-5`, `*/10`, `5/10`, `1-30/10`."""
    span, slash, step = item.partition("/")
    if slash and not (step.isdecimal() and int(step) >= 1):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    start = _number(first, names, low)
    end = _number(last, names, low) if dash else start
    return start is not None and end is not None and low <= start <= end <= high


def _number(word: str, names: tuple[str, ...], low: int) -> int | None:
    if word.isascii() and word.isdecimal():
        return int(word)
    return names.index(word.lower()) + low if word.lower() in names else None
