"""checker audits customer-service sessions against platform rules that are written in YAML."""

__version__ = "0.1.0"
