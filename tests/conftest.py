"""How laws are tried, everywhere."""

from __future__ import annotations

from hypothesis import settings

# The same examples in every run, however busy the machine: a failure is of the change that brought it.
settings.register_profile("steady", derandomize=True, deadline=None)
# `pytest --hypothesis-profile explore` looks for new ones.
settings.register_profile("explore", deadline=None)
settings.load_profile("steady")
