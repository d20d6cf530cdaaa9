"""Tests of mappings: a small export, and the data set that must come of it."""
