"""A second opinion on every figure: facts and rules as plain loops, and data full of edges."""
