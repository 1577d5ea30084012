"""
What OpenTelemetry calls things: the only place with its names for generative AI.

They are all of the stage 'development' and may still be renamed. From semantic-conventions-genai, 2026:
https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md and
gen-ai-events.md beside it. Written out here, since the package of Python's constants drops them.

Own names begin with `filterproxy.`: the conventions have none for what a filter does to a reply.
"""

from __future__ import annotations

from typing import Final

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_STREAM: Final = "gen_ai.request.stream"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"  # seconds

EVALUATION: Final = "gen_ai.evaluation.result"  # the name of an event
EVALUATION_NAME: Final = "gen_ai.evaluation.name"
EVALUATION_LABEL: Final = "gen_ai.evaluation.score.label"
EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"

ERROR_TYPE: Final = "error.type"
STATUS_CODE: Final = "http.response.status_code"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"

DECISION_ID: Final = "filterproxy.decision.id"
RULEBOOK_HASH: Final = "filterproxy.rulebook.hash"
ROUTE: Final = "filterproxy.route"
DIALECT: Final = "filterproxy.dialect"
OUTCOME: Final = "filterproxy.outcome"
UPSTREAM: Final = "filterproxy.upstream"
RETRIES: Final = "filterproxy.retries"
DISCARDED_TOKENS: Final = "filterproxy.discarded_tokens"
UNSCANNED: Final = "filterproxy.unscanned"  # causes
FILTER_SECONDS: Final = "filterproxy.filter_seconds"
HELD_SECONDS: Final = "filterproxy.held_seconds"
ACTION: Final = "filterproxy.action"
MODE: Final = "filterproxy.mode"
MATCHES: Final = "filterproxy.matches"
ATTEMPT: Final = "filterproxy.attempt"  # counted from 1

_CHAT: Final = "chat"
_TEXT_COMPLETION: Final = "text_completion"

# By dialect. A provider is the flavour of API, by the conventions, and not whose model it is.
_NAMES = {
    "openai_chat": (_CHAT, "openai"),
    "openai_completions": (_TEXT_COMPLETION, "openai"),
    "openai_responses": (_CHAT, "openai"),
    "anthropic_messages": (_CHAT, "anthropic"),
    "ollama_chat": (_CHAT, "ollama"),
    "ollama_generate": (_TEXT_COMPLETION, "ollama"),
}


def named(dialect: str) -> tuple[str, str]:
    """The operation and the provider of requests in a dialect; one that an operator describes is its own."""
    return _NAMES.get(dialect) or (_CHAT, dialect)
