"""Paths → one checked document, or every mistake in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import filterproxy
from filterproxy.rulebook import schema
from filterproxy.rulebook.document import Document, Form, document_of
from filterproxy.rulebook.files import NotText, TooLarge, read_text
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.problem import Place, Problem, RulebookError, nearest, one_of
from filterproxy.rulebook.read_rule import read_rule
from filterproxy.rulebook.source import Node, parse
from filterproxy.rulebook.wording import later

VERSION = 1


def load(
    paths: Sequence[Path],
    known: Sequence[Path] = (),
    *,
    upstreams: Collection[str] | None = None,
    python: Collection[str] | None = None,
) -> Document:
    """
    The packs of all *paths*, checked, and the texts of the *known* files. Raises RulebookError with every
    problem.

    The order of rules is that of the paths, of the files of a folder by name, and of the rules in a file.
    upstreams: names that a `fallback` may give; None: they are not known here, and any will do. python: the
    same of the functions that the verb `python` may run.
    """
    problems: list[Problem] = []
    forms: list[Form] = []
    ids: list[tuple[str, Place]] = []
    fallbacks: list[Node] = []
    functions: list[Node] = []
    files = list(files_of(paths, problems))
    for file in files:
        forms += _read_pack(file, ids, fallbacks, functions, problems)
    problems.extend(_duplicates(ids))
    if upstreams is not None:
        problems.extend(_unknown_upstreams(fallbacks, upstreams))
    if python is not None:
        problems.extend(_forbidden(functions, python))
    if not paths:
        problems.append(_no_rules(Place("--rules"), "no packs are named"))
    texts = _read_known(known, problems)
    if problems:
        raise RulebookError(problems)
    return document_of(forms, texts)


def shipped_rules() -> Path:
    """The folder of packs that come with the program: beside the package in a checkout, else inside it."""
    package = Path(filterproxy.__file__).resolve().parent
    beside = package.parent / "rules"
    return beside if any(beside.glob("*.yaml")) else package / "rules"


def files_of(paths: Iterable[Path], problems: list[Problem]) -> Iterable[Path]:
    """The packs that paths lead to: themselves, and those of folders by name."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [file for file in _listed(path, problems) if _is_pack(file)]
        if not found:
            problems.append(_no_packs(path))
        yield from found


def _listed(folder: Path, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda file: file.name)
    except OSError as error:
        problems.append(unreadable(folder, f"cannot be opened: {error.strerror}"))
        return []


def _is_pack(file: Path) -> bool:
    # Conversations that test packs stand beside them; editors leave hidden copies behind.
    is_test = file.stem.lower().endswith(".test")
    # A link that leads nowhere is a pack all the same: its rules would be missed.
    there = file.is_symlink() or file.is_file()
    packed = file.suffix.lower() in (".yaml", ".yml")
    return packed and there and not is_test and not file.name.startswith(".") and not file.is_dir()


def _read_known(files: Sequence[Path], problems: list[Problem]) -> dict[str, str]:
    """What the operator's files say, by name."""
    found: dict[str, str] = {}
    for file, name in zip(files, known_names(files), strict=True):
        try:
            found[name] = read_text(file)
        except ValueError as error:
            problems.append(unreadable(file, error, "what it states would be taken for made up"))
    return found


def known_names(files: Iterable[Path]) -> list[str]:
    """What files of what is known are called; a second one of the same name has its folder before it."""
    found: list[str] = []
    for file in files:
        found.append(str(file) if file.name in found else file.name)
    return found


def _read_pack(
    file: Path,
    ids: list[tuple[str, Place]],
    fallbacks: list[Node],
    functions: list[Node],
    problems: list[Problem],
) -> list[Form]:
    try:
        text = read_text(file)
    except ValueError as error:
        problems.append(unreadable(file, error))
        return []
    before = len(problems)
    node = parse(str(file), text, problems)
    if node is None or node.value is None:
        if len(problems) == before:
            problems.append(_no_rules(Place(str(file)), "this pack is empty"))
        return []
    fallbacks.extend(_fallbacks(node))
    functions.extend(_functions(node.at(("rules",))))
    return read_rules(node, file.parent, ids, problems)


def read_rules(node: Node, folder: Path, ids: list[tuple[str, Place]], problems: list[Problem]) -> list[Form]:
    """
    The rules of a pack that was parsed, without those that have a mistake. ids: of all its rules are added.
    """
    pack = fit(schema.Pack, node, "a pack", problems)
    rules = node.at(("rules",)) if "rules" in node.keys else None
    version = node.get("version")
    if version is not None and isinstance(version.value, int) and version.value != VERSION:
        problems.append(later(version.place, f"version {version.value} of the rule language"))
    if rules is None:
        return []
    if rules.value == ():
        problems.append(_no_rules(rules.place, "this pack has no rules"))
    ids.extend(
        (str(named.value), named.place) for rule in rules.items() if (named := rule.get("id")) is not None
    )
    forms = [read_rule(rule, pack, folder, problems) for rule in rules.items()]
    return [form for form in forms if form is not None]


def _fallbacks(pack: Node) -> Iterable[Node]:
    """Where the rules of a pack name other upstreams."""
    for rule in pack.at(("rules",)).items():
        for action in (rule.get("action"), rule.get("streamed")):
            inner = None if action is None else action.get("fallback")
            if inner is not None and isinstance(inner.value, str):
                yield inner


def _functions(node: Node) -> Iterable[Node]:
    """Where rules name functions of the operator's."""
    for key, inner in node.value.items() if isinstance(node.value, dict) else ():
        if key == "python" and isinstance(inner.value, str):
            yield inner
        elif key not in ("examples", "json_schema"):
            yield from _functions(inner)
    for member in node.items():
        yield from _functions(member)


def _forbidden(functions: Iterable[Node], allowed: Collection[str]) -> Iterable[Problem]:
    for node in functions:
        if node.value not in allowed:
            yield Problem(
                node.place,
                "FP013",
                f'the function "{node.value}" is not allowed',
                "a rule file alone never runs code",
                f"if it may run, name it in the configuration: `python: [{node.value}]`",
                label=one_of(allowed) if allowed else "the configuration has no `python`",
            )


def _unknown_upstreams(fallbacks: Iterable[Node], upstreams: Collection[str]) -> Iterable[Problem]:
    for node in fallbacks:
        if node.value not in upstreams:
            near = nearest(str(node.value), upstreams)
            yield Problem(
                node.place,
                "FP013",
                f'unknown upstream "{node.value}"',
                "there would be no server to ask",
                f'did you mean "{near}"?'
                if near
                else f'name it in the configuration: `upstreams: {{{node.value}: "http://..."}}`',
                label=one_of(upstreams) if upstreams else "the configuration has no `upstreams`",
            )


def _duplicates(ids: list[tuple[str, Place]]) -> Iterable[Problem]:
    first: dict[str, Place] = {}
    for name, place in ids:
        known = first.setdefault(name, place)
        if known is not place:
            yield Problem(
                place,
                "FP018",
                f'a second rule with the id "{name}"',
                "metrics and decisions name rules by their id, and could not tell the two apart",
                "give one of them another id",
                label=f"the first is {known.file}:{known.line}",
            )


def unreadable(path: Path, error: ValueError | str, why: str = "none of its rules would run") -> Problem:
    """A file or folder that could not be read for *error*."""
    code = "FP004" if isinstance(error, TooLarge) else "FP005" if isinstance(error, NotText) else "FP001"
    fixes = {
        "FP001": "look at the name, and at who may read it",
        "FP004": "put long lists of phrases into files of their own: `phrases: {file: words.txt}`",
        "FP005": "save it as UTF-8",
    }
    return Problem(Place(str(path)), code, f'"{path}" {error}', why, fixes[code])


def _no_packs(folder: Path) -> Problem:
    return Problem(
        Place(str(folder)),
        "FP002",
        f'the folder "{folder}" holds no packs',
        "every reply would pass unchecked",
        "packs are files that end in .yaml or .yml (not .test.yaml), and stand in the folder itself",
    )


def _no_rules(place: Place, what: str) -> Problem:
    return Problem(
        place,
        "FP003",
        what,
        "every reply would pass unchecked",
        "write at least one rule, or do not name the pack",
    )
