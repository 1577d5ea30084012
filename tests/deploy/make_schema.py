"""
Makes grafana_schema.json from the types that Grafana publishes (@grafana/schema, Apache-2.0).

    npm i --ignore-scripts @grafana/schema@13.2.3 ts-json-schema-generator typescript@5.9
    python -m tests.deploy.make_schema FOLDER_OF_NODE_MODULES

The newest typescript breaks the generator. What is left out of the types, and why, stands at each place.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("grafana_schema.json")
TYPES = "node_modules/@grafana/schema/dist/types/raw"
PANELS = ("bargauge", "heatmap", "stat", "statetimeline", "table", "timeseries")


def main(folder: Path) -> None:
    schema = {
        "source": "@grafana/schema 13.2.3 (Apache-2.0), by tests/deploy/make_schema.py",
        "dashboard": _with_annotations(_made(folder, "dashboard/x/types.gen.d.ts", "Dashboard")),
        "options": {},
        "custom": {},
    }
    for panel in PANELS:
        file = f"composable/{panel}/panelcfg/x/types.gen.d.ts"
        schema["options"][panel] = _made(folder, file, "Options")  # type: ignore[index]
        # stat and bargauge share their fields with all panels, and have none of their own.
        if panel not in ("stat", "bargauge"):
            schema["custom"][panel] = _partial(_made(folder, file, "FieldConfig"))  # type: ignore[index]
    TARGET.write_text(json.dumps(schema, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")


def _made(folder: Path, file: str, kind: str) -> dict[str, Any]:
    command = ["npx", "ts-json-schema-generator", "--path", f"{TYPES}/{file}", "--type", kind]
    command += ["--no-type-check", "--expose", "all"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    bare: dict[str, Any] = _without_texts(json.loads(done.stdout))
    return bare


def _without_texts(value: Any, is_schema: bool = True) -> Any:
    """Descriptions are four fifths of it, and validate nothing. Keys of `properties` are names, not words."""
    if isinstance(value, list):
        return [_without_texts(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = {"properties", "definitions"}
    return {
        key: _without_texts(item, key not in names)
        for key, item in value.items()
        if not (is_schema and key in ("description", "default"))
    }


def _partial(schema: dict[str, Any]) -> dict[str, Any]:
    """A panel may leave out any field of its own: Grafana has defaults for them."""
    for definition in schema["definitions"].values():
        definition.pop("required", None)
    return schema


def _with_annotations(schema: dict[str, Any]) -> dict[str, Any]:
    """The types know only annotations of Grafana's own store; these keys are the Prometheus source's."""
    definitions = schema["definitions"]
    definitions["AnnotationTarget"] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["expr", "refId"],
        "properties": {name: {"type": "string"} for name in ("expr", "refId", "interval")},
    }
    for name in ("titleFormat", "textFormat", "tagKeys"):
        definitions["AnnotationQuery"]["properties"][name] = {"type": "string"}
    return schema


if __name__ == "__main__":
    main(Path(sys.argv[1]))
