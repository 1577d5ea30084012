"""
Runs in the tools' environment: `helm_render.py CHART`, values by name as JSON on stdin, what Helm makes of
each as JSON on stdout.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import helm_python  # type: ignore[import-not-found]  # of the tools' environment


def main() -> None:
    """Reads, renders and writes."""
    path = sys.argv[1]
    asked = json.load(sys.stdin)
    with helm_python.Chart.load(path) as chart:
        json.dump({name: _rendered(chart, path, values) for name, values in asked.items()}, sys.stdout)


def _rendered(chart: Any, path: str, values: dict[str, Any]) -> dict[str, Any]:
    try:
        files = chart.render(values, name="demo", namespace="prod")
    except helm_python.HelmError as error:
        return {"error": str(error)}
    return {"files": files, "lint": helm_python.lint(path, values, strict=True)["messages"]}


main()
