"""Reading rule files: YAML nodes with positions, schema check, frozen model, revisions, extends."""
