"""The `dayzero` command: a client of the agent's HTTP doors. No decision is taken here, and no cloud is spoken to."""
