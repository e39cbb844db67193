"""Adapters: the only rooms where cloud SDKs live. `ports.py` says what they offer, `wiring.py` chooses them."""
