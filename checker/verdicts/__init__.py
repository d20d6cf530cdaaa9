"""Judging: exact figures in, verdicts out."""
