"""Derived tables: keyed canonical tables, turns, assignments, coverage, load."""
