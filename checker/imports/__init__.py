"""Exports to data sets: mappings, reading of workbooks, text and JSON, sessions out of messages."""
