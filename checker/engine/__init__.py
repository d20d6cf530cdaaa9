"""Typed rules to Ibis: windows, expressions, grouping into few queries, running them."""
