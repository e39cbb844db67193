"""Orchestrators: one file a strategy, each reads like the runbook. No I/O, no clock, no SDK, no provider name."""
