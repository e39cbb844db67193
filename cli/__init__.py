"""The `dayzero` command: a client of the agent's HTTP doors. No decision is taken here; only `failback` speaks to a cloud."""
