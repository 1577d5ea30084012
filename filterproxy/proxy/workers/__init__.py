"""Processes: one parent that starts, tells, drains and replaces the workers that filter."""
