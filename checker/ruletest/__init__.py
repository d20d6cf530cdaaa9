"""Tests of rules, the chat notation they are written in, and sample data."""
