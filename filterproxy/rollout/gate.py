"""
What must hold before a rule acts, each as a check that says what was found, and what to do where it does not
hold.

    replay     the rulebook was replayed, and a person kept the experiment; or a result has few new drops
    shadow     the rule, as it is now, was there for so many replies in the mode that it has: shadow or canary
    precision  the lower end of the 95 % interval of its precision is at least so high. Not the share itself:
               3 right of 3 are a share of 100 %, and say no more than that it is right 44 times of a hundred

A replay is of a rulebook by its hash: as it is now, or as it will be with the rule promoted. Of the former,
the replies in which the rule fired count as dropped where its action drops, since that is what promoting it
will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from filterproxy.labels.precision import Precision, wilson
from filterproxy.replay.gates import Limit
from filterproxy.rollout.change import Change
from filterproxy.rollout.step import CANARY, ENFORCE, OFF
from filterproxy.rollout.step import SHADOW as IN_SHADOW
from filterproxy.rollout.traffic import DECISION_LOG, PROMETHEUS, Seen, Traffic
from filterproxy.rulebook.document import version_of

REPLAY, SHADOW, PRECISION = "replay", "shadow", "precision"
GATES = (REPLAY, SHADOW, PRECISION)
_WAS = {OFF: "in shadow", IN_SHADOW: "in shadow", CANARY: "a canary", ENFORCE: "enforced"}
# Verdicts of an experiment that settle something.
_DECIDED = ("kept", "rejected")
# More labels than anybody gives, in steps of one.
_MOST_LABELS = 5000


@dataclass(frozen=True, slots=True)
class Check:
    """gate: its name. said: what was found. fix: what to do; "" where it holds."""

    gate: str
    ok: bool
    said: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts and for the record."""
        return {"gate": self.gate, "ok": self.ok, "said": self.said, "fix": self.fix}


class Verdict(Protocol):
    """See experiments.entry.Verdict."""

    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def when(self) -> str: ...


class Side(Protocol):
    """See experiments.entry.Side."""

    @property
    def hash(self) -> str: ...


class Experiment(Protocol):
    """See experiments.entry.Entry."""

    @property
    def number(self) -> int: ...
    @property
    def candidate(self) -> Side: ...
    @property
    def verdict(self) -> Verdict: ...


def journal_check(change: Change, entries: Sequence[Experiment]) -> Check:
    """Whether somebody replayed these rules, and kept what came of it; the last such verdict counts."""
    hashes = (change.hash, change.next_hash)
    found = [entry for entry in entries if entry.candidate.hash in hashes]
    if not found:
        return Check(
            REPLAY,
            False,
            f"no experiment is of the rulebook {change.hash}, nor of it with the rule promoted",
            "`filterproxy replay RECORDINGS --candidate PATH`, then"
            " `filterproxy experiments verdict N kept REASON`",
        )
    # What was replayed since, and nobody has judged, takes no verdict back: a look at other recordings, say.
    entry = max(found, key=lambda one: (one.verdict.state in _DECIDED, one.verdict.when, one.number))
    state, reason = entry.verdict.state, entry.verdict.reason
    since = [
        str(one.number) for one in found if one.number > entry.number and one.verdict.state not in _DECIDED
    ]
    if state == "kept":
        also = f"; of these rules, too, and not judged since: {', '.join(since)}" if since else ""
        return Check(REPLAY, True, f"experiment {entry.number} was kept: {reason}{also}")
    said = f"experiment {entry.number} is of these rules, and its verdict is {state}"
    fix = f"look at it (filterproxy experiments show {entry.number}), then `filterproxy experiments verdict"
    return Check(
        REPLAY, False, said + (f": {reason}" if reason else ""), f"{fix} {entry.number} kept REASON`"
    )


def result_check(change: Change, result: Mapping[str, Any], limit: Limit) -> Check:
    """Whether a replay's result is of these rules, and drops few replies that were not dropped before."""
    replayed = result["candidate"]["hash"]
    if replayed not in (change.hash, change.next_hash):
        return Check(
            REPLAY,
            False,
            f"the replay is of the rulebook {replayed}, and this one is {change.hash}",
            "replay the rules as they are: filterproxy replay RECORDINGS --candidate PATH --json",
        )
    of, drops = result["corpus"]["exchanges"], result["replies"]["new_drops"]
    also = ""
    if replayed == change.hash and not change.was.acts and _drops(change.rule):
        fired = result["rules"].get(change.rule["id"], {}).get("fired", [0, 0])[1]
        drops, also = drops + fired, f", the {fired} counted in which it fires and would drop"
    share = f" ({drops / of:.2%})" if of else ""
    said = f"{_grouped(drops)} new drops in {_grouped(of)} replies{share}{also}; at most {limit.text}"
    if of and limit.allows(drops, of):
        return Check(REPLAY, True, said)
    fix = "look at what it drops in the replay's report, and narrow the rule; or allow more: --max-new-drops"
    return Check(REPLAY, False, said, fix if of else "replay recordings that have exchanges in them")


def _drops(form: Mapping[str, Any]) -> bool:
    actions = [form["action"], form["streamed"]]
    while actions:
        action = actions.pop()
        if action is None:
            continue
        if action["verb"] == "drop":
            return True
        actions.append(action.get("then"))
    return False


def shadow_check(change: Change, traffic: Sequence[Traffic], least: int) -> Check:
    """Whether the rule, as it is, looked on at so many replies; the source that has seen most counts."""
    rule, mode, version = change.rule["id"], change.was.mode, version_of(change.rule)
    if not traffic:
        said = f"nobody says how many replies it was {_WAS[mode]} for; {_grouped(least)} are wanted"
        fix = "name a proxy's metrics (--metrics URL), its log (--decisions FOLDER), or --prometheus URL"
        return Check(SHADOW, False, said, fix)
    best = max(traffic, key=lambda one: one.of(rule).watched(mode, version))
    seen = best.of(rule)
    watched = seen.watched(mode, version)
    about = {DECISION_LOG: "at least ", PROMETHEUS: "about "}.get(best.source, "")
    said = (
        f"{_WAS[mode]} for {about}{_grouped(watched)} replies, by {best.source}; {_grouped(least)} are wanted"
    )
    fired = seen.fired_as(mode, version)
    if fired is not None and watched:
        said += f"; it fired in {_grouped(fired)} of them ({fired / watched:.2%})"
    if watched >= least:
        return Check(SHADOW, True, said)
    return Check(SHADOW, False, said, _shadow_fix(change, best, seen, watched))


def _shadow_fix(change: Change, best: Traffic, seen: Seen, watched: int) -> str:
    if change.was.mode == OFF:
        return f"filterproxy promote {change.rule['id']} --to shadow, and wait"
    if best.source == DECISION_LOG:
        lost = (
            f"; {_grouped(best.unknown)} of its replies are of rulebooks that neither git nor the journal has"
        )
        wait = "wait, or ask the proxy (--metrics URL): its log only has replies that some rule touched"
        return wait + (lost if best.unknown else "")
    if not seen.mode:
        return "the proxy does not have this rule: is it the right one? Then reload its rules, and wait"
    if seen.mode != change.was.mode:
        return f"the proxy runs it in mode {seen.mode}: reload its rules, and wait"
    if not watched and seen.stood.total():
        return "the proxy ran it as it was before an edit: reload its rules, and wait"
    longer = "" if best.source == PROMETHEUS else "; what was before a restart, --prometheus URL remembers"
    return f"wait until it has seen more, or ask for fewer: --min-shadow{longer}"


def precision_check(change: Change, found: Precision, least: float) -> Check:
    """Whether the labels say that the rule is precise enough, at the lower end of the interval."""
    rule = change.rule["id"]
    review = f"filterproxy review RECORDINGS --rule {rule} --strata fired"
    beside = f"; labels that do not count: {found.beside}" if found.beside else ""
    if found.point is None:
        said = f"no reply in which it fired, as it is now, was labelled; {least:.0%} are wanted{beside}"
        fix = f"{review}; --recordings runs it over replies that have labels" if found.other else review
        return Check(PRECISION, False, said, fix)
    said = (
        f"{found.point:.0%}, {_grouped(found.right)} of {_grouped(found.total)} right, "
        f"and at the least {found.low:.1%}; {least:.0%} are wanted{beside}"
    )
    if found.low >= least:
        return Check(PRECISION, True, said)
    more = labels_missing(found, least)
    if found.point <= least or more is None:
        return Check(PRECISION, False, said, "narrow the rule: its wrong hits are in the labels")
    return Check(PRECISION, False, said, f"{_grouped(more)} more labels would do if all are right: {review}")


def labels_missing(found: Precision, least: float) -> int | None:
    """How many more right labels lift the lower end to *least*; None where thousands would not."""
    for more in range(_MOST_LABELS):
        if wilson(found.right + more, found.total + more)[0] >= least:
            return more
    return None


def _grouped(number: int) -> str:
    """As screens show numbers: 1 026."""
    return f"{number:,}".replace(",", " ")
