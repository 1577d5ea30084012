"""Imports point down, never up."""

from __future__ import annotations

import ast
from pathlib import Path

import filterproxy

ROOT = Path(filterproxy.__file__).parent

# From the bottom up; modules of one line may import each other.
LAYERS = [
    {"core"},
    {"facts", "language"},
    {"detectors"},
    {"actions"},
    {"grounding"},
    {"rulebook"},
    {"dialects"},
    {"upstreams"},
    {"answers", "config", "metrics", "processes", "trial", "evaluate", "scores"},
    {"record"},
    {"engine"},
    {"history", "corpus"},
    {"replay"},
    {"experiments", "labels"},
    {"rollout"},
    {"settings"},
    {"proving"},
    {"authoring"},
    {"proxy", "demo"},
    {"embedded"},
    {"asgi", "extproc"},
    {"cli", "__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

# The core knows neither YAML, JSON nor HTTP; RE2 stands behind one border.
CORE_MAY_IMPORT = {"re2": "scan.py"}
STANDARD = {
    "__future__", "bisect", "collections", "dataclasses", "enum", "functools", "hashlib", "itertools", "re",
    "typing", "unicodedata", "weakref",
}  # fmt: skip


def _imports() -> list[tuple[str, int, str]]:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: imports are written in full"
                names = [node.module or ""]
            found += [(str(path.relative_to(ROOT)), node.lineno, name) for name in names]  # type: ignore[attr-defined]
    return found


def _place(module: str) -> str:
    return module.removesuffix(".py").split("/")[0]


def test_no_module_imports_from_a_layer_above_it() -> None:
    """Read with ast from every file, lazy imports included."""
    wrong = [
        f"{path}:{line} imports {name}"
        for path, line, name in _imports()
        if name.startswith("filterproxy.") and path != "__init__.py"
        if RANK[name.split(".")[1]] > RANK[_place(path)]
    ]

    assert [] == wrong


def test_every_module_has_its_layer() -> None:
    """A new top-level module must say where it belongs."""
    places = {_place(path) for path, _, _ in _imports()} - {"__init__"}

    assert set() == places - RANK.keys()


def test_the_core_knows_only_the_standard_library_and_one_border() -> None:
    """No framework, no clock, no JSON."""
    wrong = [
        f"{path}:{line} imports {name}"
        for path, line, name in _imports()
        if path.startswith("core/") and not name.startswith("filterproxy.core")
        if name.split(".")[0] not in STANDARD and CORE_MAY_IMPORT.get(name) != path.removeprefix("core/")
    ]

    assert [] == wrong
