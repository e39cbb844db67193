"""The plan: what moves, where to, by which strategy, behind which gates, within which window, who owns what."""
