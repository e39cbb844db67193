"""The manual and the report: what is going to happen and what did, in words for people."""
