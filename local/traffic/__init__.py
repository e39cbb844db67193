"""Sample traffic: clients of the orders API that remember every promise they were given, and an audit that calls them all in.

Lives here: requests and bookkeeping of clients. Never here: knowledge of what serves them, or of a migration.
"""

from local.traffic.generator import Traffic

__all__ = ["Traffic"]
