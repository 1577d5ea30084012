"""
What was tried before and rejected, in sentences for whoever is about to try it again.

They are for the moment before: when a replay begins, and when a rule does. The same version of a rule counts
most, in whatever rulebook it stands; then the newest that was tried on the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from filterproxy.experiments.entry import Entry
from filterproxy.experiments.read import Journal, rejected_before
from filterproxy.experiments.words import clean
from filterproxy.history.difference import difference
from filterproxy.history.versions import Versions, of_journal
from filterproxy.rulebook.document import Document, Form, version_of

# Sentences at once; `experiments tried` has them all.
_NAMED = 3


def before_replay(journal: Journal, baseline: Document, candidate: Document) -> list[str]:
    """What was rejected of the rules that change from one document to another."""
    forms = {form["id"]: form for form in candidate["rules"]}
    rules = difference(baseline, candidate).rules()
    versions = of_journal(journal.home)
    same: list[str] = []
    other: list[str] = []
    for entry in rejected_before(journal, rules):
        shared = [rule for rule in rules if rule in entry.touched()]
        again = [rule for rule in shared if _again(rule, forms.get(rule), entry, versions)]
        if entry.candidate.hash == candidate["hash"]:
            same.append(f"these very rules were rejected in {_named(entry)}")
        elif again:
            same.append(f"this version of {', '.join(again)} was rejected in {_named(entry)}")
        # Beside no rules at all every rule is new, and nobody tries anything.
        elif baseline["rules"]:
            other.append(f"another version of {', '.join(shared)} was rejected in {_named(entry)}")
    return _few([*same, *other], rules)


def _again(rule: str, form: Form | None, entry: Entry, versions: Versions) -> bool:
    """Whether an entry's candidate has the same version of a rule, or took it away as well."""
    if form is None:
        return rule in ((entry.changes or {}).get("removed") or ())
    return version_of(form) == versions.of(entry.candidate.hash, rule)


def before_rule(journal: Journal, form: Form) -> list[str]:
    """What was rejected of a rule that looks for the same, or has the same name."""
    versions = of_journal(journal.home)
    same: list[str] = []
    other: list[str] = []
    for entry in reversed(journal.entries):
        if entry.verdict.state != "rejected":
            continue
        there = versions.forms(entry.candidate.hash)
        alike = [rule for rule in entry.touched() if there.get(rule, {}).get("match") == form["match"]]
        if alike:
            same.append(f"the same match was rejected, as {', '.join(alike)}, in {_named(entry)}")
        elif form["id"] in entry.touched():
            other.append(f"another version of {form['id']} was rejected in {_named(entry)}")
    return _few([*same, *other], [form["id"]])


def _named(entry: Entry) -> str:
    reason = " ".join(clean(entry.verdict.reason).split())
    return f"experiment {entry.number} ({entry.slug}): {reason}"


def _few(said: list[str], rules: Sequence[str]) -> list[str]:
    more = len(said) - _NAMED
    if more <= 0:
        return said
    return [*said[:_NAMED], f"and {more} more were rejected; see `filterproxy experiments tried {rules[0]}`"]
