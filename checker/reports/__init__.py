"""Reports: what an audit found, laid out for people and for programs. They format and judge nothing."""
