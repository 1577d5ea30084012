"""
Where an OpenAI completion has its texts: in `text` of each choice, whole or streamed.

A choice may begin with its prompt (see openai_completions.echo), which is no text of the model's and stays.
Anything else that a choice carries leaves untouched while the choice is unchanged, and not at all once it was
changed, unless it is known to carry no text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from filterproxy.core.verdict import Channel
from filterproxy.dialects.keys import keep
from filterproxy.dialects.openai_error import REFUSAL
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place, Reply

# Known to carry no text of the model.
PLAIN_KEYS = frozenset({"id", "object", "created", "model", "usage", "system_fingerprint", "choices"})
PLAIN_CHOICE_KEYS = frozenset({"index", "finish_reason", "text", "logprobs"})
_MOST_CHOICES = 1024


class Prompts(Protocol):
    """What choices may begin with (see openai_completions.echo.Echo)."""

    def lead(self, choice: int, text: str) -> str:
        """What a choice's whole *text* begins with that is not the model's."""


def choices_of(value: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Index and choice of each choice. Raises WireError where there are none that can be read."""
    choices = value.get("choices")
    if not isinstance(choices, list) or len(choices) > _MOST_CHOICES:
        raise WireError("`choices` is not a list")
    for choice in choices:
        if not isinstance(choice, dict) or not isinstance(choice.get("index", 0), int):
            raise WireError("a choice is not an object with an index")
        yield choice.get("index", 0), choice


def text_of(choice: Mapping[str, Any]) -> str | None:
    """The text of a choice; None where it has none. Raises WireError for what is no text."""
    text = choice.get("text")
    if text is not None and not isinstance(text, str):
        raise WireError("`text` is not a string")
    return text


def strip(value: dict[str, Any], changed: frozenset[int]) -> int:
    """Leave out every key that could repeat text which was changed; how many those were."""
    lost = keep(value, PLAIN_KEYS)
    for choice in value.get("choices", ()):
        if choice.get("index", 0) not in changed:
            continue
        if choice.get("logprobs") is not None:
            choice["logprobs"] = None
            lost += 1
        lost += keep(choice, PLAIN_CHOICE_KEYS)
    return lost


class CompletionForm:
    """Whole completions (see dialects.whole.Form). prompts: what choices may begin with."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def read(self, value: dict[str, Any]) -> Reply:
        places: list[Place] = []
        calling: dict[int, bool] = {}
        for index, choice in choices_of(value):
            calling[index] = False
            text = text_of(choice)
            if text is not None:
                lead = self._prompts.lead(index, text)
                places.append(Place(Channel(index, "content"), choice, "text", text[len(lead) :], lead))
        return Reply(value, places, calling, value["choices"])

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        for index, choice in choices_of(reply.value):
            if index == channel.choice:
                choice["text"] = text

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        leads = {place.channel.choice: place.lead for place in reply.places}
        for index, choice in choices_of(reply.value):
            if index in dropped:
                say = dropped[index]
                # Clients that asked for their prompt take it off the front again.
                choice["text"] = leads.get(index, "") + (say or "")
                choice["finish_reason"] = "content_filter" if say is None else finish

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        for index, choice in choices_of(reply.value):
            if index in choices and choice.get("finish_reason") is not None:
                choice["finish_reason"] = finish

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return strip(reply.value, changed)

    def refusal(self) -> bytes:
        return REFUSAL
