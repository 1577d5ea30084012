"""The journal of what was tried on the rules: one file an experiment."""
