"""
`python loopback.py ARGUMENTS`: the command line of NeMo Guardrails, with its server on 127.0.0.1 and quiet.

Its own always listens on every address of the machine, and logs every event and prompt to the terminal, with
or without --verbose, which takes more than half of its CPU. Runs in that program's environment, hence alone.
"""

from __future__ import annotations

import logging
import runpy
from typing import Any

import uvicorn

_run = uvicorn.run


def _run_on_loopback(app: Any, **options: Any) -> None:
    _run(app, **{**options, "host": "127.0.0.1"})


if __name__ == "__main__":
    logging.disable(logging.INFO)
    uvicorn.run = _run_on_loopback
    runpy.run_module("nemoguardrails", run_name="__main__", alter_sys=True)
