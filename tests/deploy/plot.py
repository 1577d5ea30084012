"""
Draws what each panel of the dashboards would plot, from a real run's Prometheus.

    python -m tests.deploy.plot OUT_DIR [SECONDS]

One PNG for each dashboard, laid out as its gridPos says. matplotlib draws them (pip install matplotlib), not
Grafana: titles, queries, units, thresholds, colours and legends are the dashboard's, the rest is not.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.deploy.dashboards import FILES, filled, load
from tests.deploy.draw import Picture, draw_panel, draw_row
from tests.deploy.drawn import Found
from tests.deploy.watched import RATE_INTERVAL, Watched, change_the_rules, watched

DEFAULT_SECONDS = 90.0


def main(out: Path, seconds: float) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, watched(Path(folder)) as watch:
        pass_time(watch, seconds / 2)
        change_the_rules(watch)
        pass_time(watch, seconds / 2)
        for file in FILES:
            draw(watch, load(file), out / f"{file.stem}.png", seconds)


def pass_time(watch: Watched, seconds: float) -> None:
    end = time.monotonic() + seconds
    watch.until(lambda: time.monotonic() > end, "time goes by", 2 * seconds)


def draw(watch: Watched, dashboard: dict[str, Any], target: Path, seconds: float) -> None:
    """One dashboard into *target*."""
    picture = Picture(dashboard)
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            draw_row(picture, panel)
        else:
            draw_panel(picture, panel, [found(watch, query, seconds) for query in panel["targets"]])
    picture.figure.savefig(target, dpi=70)
    # A fourth of the size, and nothing to be seen of it.
    image = importlib.import_module("PIL.Image")
    with image.open(target) as whole:
        small = whole.convert("RGB").quantize(80)
    small.save(target, optimize=True)


def found(watch: Watched, target: dict[str, Any], seconds: float) -> Found:
    expr = filled(target["expr"], RATE_INTERVAL, f"{int(seconds)}s")
    if target["instant"]:
        rows = [{**row, "values": [row["value"]]} for row in watch.instant(expr)]
    else:
        rows = watch.over_time(expr, seconds, 1.0)
    return Found(target["refId"], target["legendFormat"], rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else DEFAULT_SECONDS)
