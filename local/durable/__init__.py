"""Durable Task backend for one machine: durabletask's in-memory one, kept in SQLite and mended. It knows no function app."""
