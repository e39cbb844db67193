"""Benchmarks: figures with how they were taken. They assert nothing about time."""
