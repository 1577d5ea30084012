"""
What people said about rules, for Prometheus.

    filterproxy_rule_precision{rule,bound}  share of right ones among labelled replies in which the rule
                                            fired: point; low and high, its 95 % interval
    filterproxy_rule_labels{rule,label}     those labels: right, wrong, unsure
    filterproxy_labels_readable             whether the file of labels could be read
    filterproxy_label_lines_skipped         lines of it that are no labels

Rules are those of the rulebook, as they are now: labels of another version of a rule count for nothing here.
Lines that say no version have the one that their rulebook had, where the journal beside the file has kept it.
A rule without labels has no precision.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

from filterproxy.history.versions import of_journal
from filterproxy.labels.label import LABELS
from filterproxy.labels.precision import precision
from filterproxy.labels.store import Labels, read, versioned

_log = logging.getLogger("filterproxy")


class LabelFigures:
    """The values of now; the file is read again when it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._labels = Labels()
        self._readable = True

    def families(self, versions: Mapping[str, str]) -> Iterator[Metric]:
        """The families above. versions: of the rules that run, by their ids."""
        self._look()
        share = GaugeMetricFamily(
            "filterproxy_rule_precision", "Share of right ones among labelled hits.", labels=["rule", "bound"]
        )
        given = GaugeMetricFamily(
            "filterproxy_rule_labels", "Labels of hits of the rule as it is.", labels=["rule", "label"]
        )
        for rule, version in versions.items():
            found = precision(self._labels, rule, version)
            if found.point is not None:
                for bound, value in (("point", found.point), ("low", found.low), ("high", found.high)):
                    share.add_metric([rule, bound], value)
            for label in LABELS:
                given.add_metric([rule, label], getattr(found, label))
        yield share
        yield given
        yield GaugeMetricFamily(
            "filterproxy_labels_readable", "Whether the labels could be read.", value=int(self._readable)
        )
        yield GaugeMetricFamily(
            "filterproxy_label_lines_skipped", "Lines that are no labels.", value=len(self._labels.skipped)
        )

    def _look(self) -> None:
        try:
            about = self._file.stat()
            seen = (about.st_mtime_ns, about.st_size, about.st_ino)
            if seen == self._seen and self._readable:
                return
            self._labels = versioned(read(self._file), of_journal(self._file.parent))
        except OSError as error:
            # What was read last stays: a gauge that vanishes looks like a rule that has.
            if self._readable:
                _log.warning("the labels in %s cannot be read: %s", self._file, error.strerror)
            self._readable = False
            return
        self._seen, self._readable = seen, True
