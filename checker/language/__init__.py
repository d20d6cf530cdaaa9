"""The expression language: grammar, syntax tree, types and type checker."""
