"""What the proxy says it counted."""

from __future__ import annotations

import urllib.request
from collections import Counter

from prometheus_client.parser import text_string_to_metric_families


class Counted:
    """The samples of one scrape. Raises OSError when the admin side does not answer."""

    def __init__(self, admin: str) -> None:
        with urllib.request.urlopen(f"{admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        self._samples = [s for family in text_string_to_metric_families(text) for s in family.samples]

    def by(self, name: str, *labels: str) -> Counter[tuple[str, ...]]:
        """The sums of a metric's values by these labels; nothing where there is no such metric."""
        found: Counter[tuple[str, ...]] = Counter()
        for sample in self._samples:
            if sample.name == name and sample.value:
                found[tuple(sample.labels[label] for label in labels)] += int(sample.value)
        return found

    def has(self, name: str) -> bool:
        return any(sample.name == name for sample in self._samples)
