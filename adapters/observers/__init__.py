"""Adapters of the port `Observer`: the services that count what a side does."""
