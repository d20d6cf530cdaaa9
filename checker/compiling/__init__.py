"""One rule as SQL for a warehouse: the engine's own expressions, recorded instead of run."""
