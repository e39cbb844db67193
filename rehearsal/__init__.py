"""Rehearsals: the runbook runs for real, and something is broken on purpose."""
