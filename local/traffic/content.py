"""New orders as clients send them: random, repeatable by seed, full of values that are hard to copy.

Lives here: the making of contents. Never here: sending, remembering.
"""

import base64
import random
from typing import Any

NAMES = ("Ann", "Zoë Müller", "李雷", "O'Hara & Söhne", "Ελένη", "name with / and # and ?")
WORDS = ("red", "fragile", "gift", "späti", "a/b", "50%", "日本", "x" * 60)


def new_order(order_id: str, chance: random.Random) -> dict[str, Any]:
    """The JSON body of a create; amounts are text, so that no JSON writer rounds them."""
    return {
        "id": order_id,
        "customer": chance.choice(NAMES),
        "items": [_line(chance) for _ in range(chance.randint(1, 4))],
        "total": _amount(chance),
        "note": chance.choice(("", "ring twice", "línea\n2")),
        "tags": chance.sample(WORDS, chance.randint(0, 4)),
        "lots": sorted({_amount(chance) for _ in range(chance.randint(0, 3))}),
        "document": base64.b64encode(chance.randbytes(chance.choice((0, 3, 48)))).decode(),
        "coupon": chance.choice((None, "", "SPRING")),
        "gift": chance.random() < 0.5,
        "delivery": {
            "street": "",
            "floor": chance.choice((None, "-1", "3")),
            "slots": [[8, 12], [], {"late": True}],
            "door": {},
        },
    }


def _line(chance: random.Random) -> dict[str, Any]:
    return {"sku": f"sku-{chance.randint(1, 999)}", "quantity": chance.randint(1, 9), "price": _amount(chance), "packed": False}


def _amount(chance: random.Random) -> str:
    """Ordinary amounts, amounts of 38 digits (the most DynamoDB keeps), and very small ones."""
    kind = chance.random()
    if kind < 0.6:
        return f"{chance.randint(1, 99_999)}.{chance.randint(0, 99):02d}"
    if kind < 0.9:
        digits = f"{chance.randint(10**37, 10**38 - 1)}"
        point = chance.randint(1, 37)
        return f"{digits[:point]}.{digits[point:]}"
    return f"-{chance.randint(1, 9)}E-{chance.randint(10, 90)}"
