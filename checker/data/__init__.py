"""Opening data sets: files to canonical columns, with every problem named."""
