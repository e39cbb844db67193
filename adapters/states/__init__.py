"""Pairs of data stores and the copiers between them."""
