"""
What a pack may say, one mapping at a time.

A model describes the keys of one mapping. What stands below a key that takes several forms (a match, an
action, a text per language) is read by hand in the modules beside, verb by verb, so that a mistake is
reported about the verb that the author chose. The descriptions are what authors read about a key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from filterproxy.language import LANGUAGES

T = TypeVar("T")


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


OneOrMany = Annotated[list[T], Field(min_length=1), BeforeValidator(_as_list)]
AnyNumber = Annotated[list[T], BeforeValidator(_as_list)]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
# People say things twice.
Times = Annotated[int, Field(ge=3, le=1_000)]
# A minute is longer than anybody waits for a reply to go on.
Milliseconds = Annotated[int, Field(ge=1, le=60_000)]
Unit = Literal["sentence", "line", "match"]
OnErrorWord = Literal["pass", "drop"]


class Mapping(BaseModel):
    """A mapping with just these keys and just these types: "3" is not 3."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Pack(Mapping):
    version: int = Field(description="the version of the rule language, 1")
    pack: Text = Field(description="the name of the pack in `check` and `try`")
    rules: list[Any] = Field(description="the rules, in the order in which they run")
    why: str = Field("", description="what the pack is for; also of its rules that say nothing themselves")
    owner: str = Field("", description="who looks after the pack")
    link: str = Field("", description="where to read more")
    on_error: OnErrorWord | None = Field(None, description="what becomes of a reply when a rule fails")


class Rule(Mapping):
    id: Text = Field(description="the name of the rule in metrics, decisions and `try`")
    match: Any = Field(description="what the rule looks for")
    action: Any = Field(description="what is done with a match")
    when: Any = Field(None, description="which replies the rule is for")
    unless: Any = Field(None, description="what excuses a match")
    scope: Literal["sentence", "line", "reply"] | None = Field(None, description="what bounds a match")
    channels: OneOrMany[Literal["content", "refusal", "reasoning", "arguments", "all"]] = Field(
        ["content"], alias="in", description="the parts of a reply that the rule reads"
    )
    say: Any = Field(None, description="what the client reads instead")
    with_text: str | None = Field(None, alias="with", description="what `redact` puts in place of a match")
    after_cut: Literal["close", "read"] | None = Field(
        None, description="what becomes of upstream after a cut"
    )
    streamed: Any = Field(None, description="the action when the client asked for a stream")
    mode: Literal["enforce", "shadow", "off"] = Field("enforce", description="whether the rule acts")
    rollout: Any = Field(None, description="the share of conversations for which an enforced rule acts")
    on_error: OnErrorWord | None = Field(None, description="what becomes of a reply when the rule fails")
    skip: OneOrMany[Literal["code", "quotes"]] | None = Field(
        None, description="what is left out: Markdown code, quotations of the user's text"
    )
    exact: bool = Field(False, description="whether matching sees the text only as it was sent")
    examples: Any = Field(None, description="replies that the rule must hit, and that it must pass")
    owner: str = Field("", description="who looks after the rule")
    link: str = Field("", description="where to read more")
    created: Any = Field(None, description="the day the rule was written")
    expires: Any = Field(None, description="the day to look at the rule again")
    why: str = Field("", description="what the rule is for")


class RegexVerb(Mapping):
    regex: Text = Field(description="the pattern to look for")
    ignore_case: bool = Field(False, description="whether capitals and small letters are alike")


class PhrasesVerb(Mapping):
    phrases: Any = Field(description="the phrases to look for")
    words: bool = Field(True, description="whether only whole words count")


class PhraseFile(Mapping):
    file: Text = Field(description="a file of phrases, one a line, named from the pack's folder")


class FactVerb(Mapping):
    fact: Text = Field(description="the kind of fact to look for")


class TokensVerb(Mapping):
    tokens: list[Any] = Field(description="spaCy's patterns: a list of tokens, or a list of such lists")
    language: Text = Field("en", description="the language whose rules cut the text into tokens")


class LengthOptions(Mapping):
    over: Annotated[int, Field(ge=0)] | None = Field(None, description="code points that a text must exceed")
    under: Count | None = Field(None, description="code points that a text must fall short of")


class LengthVerb(Mapping):
    length: LengthOptions = Field(description="how long a text must be, in code points")


class RepetitionOptions(Mapping):
    of: Literal["words", "lines"] = Field("words", description="what is repeated")
    times: Times = Field(3, description="how often it stands there before it counts")


class RepetitionVerb(Mapping):
    repetition: RepetitionOptions = Field(description="what is repeated, and how often")


class RepeatsOptions(Mapping):
    of: Literal["system", "user"] = Field("system", description="whose turns are repeated")
    words: Annotated[int, Field(ge=4, le=500)] = Field(12, description="how many words in a row")


class RepeatsVerb(Mapping):
    repeats: RepeatsOptions = Field(description="what is repeated of the request, and how much")


class LanguageOptions(Mapping):
    is_: OneOrMany[Text] | None = Field(
        None, alias="is", description="languages, one of which the text is in"
    )
    not_: OneOrMany[Text] | None = Field(
        None, alias="not", description="languages, none of which the text is in; `asked` for the question's"
    )


class LanguageVerb(Mapping):
    language: LanguageOptions = Field(description="the language that a text is in, or is not in")


class NumberOptions(Mapping):
    kind: Text = Field(description="the kind of number to look for")
    region: Text | None = Field(None, description="the country whose numbers are meant, as in GB")


class NumberVerb(Mapping):
    number: Any = Field(description="the kind of number to look for")


class SecretOptions(Mapping):
    kind: Text = Field(description="the kind of secret to look for")


class SecretVerb(Mapping):
    secret: Any = Field(description="the kind of secret to look for")


class JsonSchemaOptions(Mapping):
    violated: Any = Field(description="a JSON Schema, or the name of a file with one")
    fenced: bool = Field(False, description="whether JSON in one Markdown fence counts as JSON")


class JsonSchemaVerb(Mapping):
    json_schema: JsonSchemaOptions = Field(description="the shape of JSON that a text must have")


class EntityVerb(Mapping):
    entity: OneOrMany[Text] = Field(description="the kinds of name to look for, as in PERSON")
    model: Text = Field("en_core_web_sm", description="the spaCy model that tells them")


class ServiceOptions(Mapping):
    url: Text = Field(description="where the service is asked")
    timeout: Milliseconds = Field(300, description="milliseconds until an answer counts as none")
    over: float | None = Field(None, description="the score that an answer must exceed")
    question: bool = Field(False, description="whether the user's last question is sent along")
    limit: Count = Field(20_000, description="code points of the longest text that is sent")


class ServiceVerb(Mapping):
    service: ServiceOptions = Field(description="the classifier that is asked")


class PythonVerb(Mapping):
    python: Text = Field(description="the function that finds, as package.module:function")
    timeout: Milliseconds = Field(100, description="milliseconds until an answer counts as none")


class AnyVerb(Mapping):
    any: list[Any] = Field(min_length=1, description="the matches, any of which will do")


class AllVerb(Mapping):
    all: list[Any] = Field(min_length=1, description="the matches that must stand in one scope")


class NotVerb(Mapping):
    match: Any = Field(alias="not", description="what must not stand in the same scope")


VERBS: dict[str, type[Mapping]] = {
    "regex": RegexVerb,
    "phrases": PhrasesVerb,
    "fact": FactVerb,
    "tokens": TokensVerb,
    "length": LengthVerb,
    "repetition": RepetitionVerb,
    "repeats": RepeatsVerb,
    "language": LanguageVerb,
    "number": NumberVerb,
    "secret": SecretVerb,
    "json_schema": JsonSchemaVerb,
    "entity": EntityVerb,
    "service": ServiceVerb,
    "python": PythonVerb,
    "any": AnyVerb,
    "all": AllVerb,
    "not": NotVerb,
}


class When(Mapping):
    model: OneOrMany[Text] | None = Field(None, description="names of models, with * and ?")
    route: OneOrMany[Text] | None = Field(None, description="names of routes, with * and ?")
    header: dict[str, OneOrMany[Text]] | None = Field(
        None, description="headers of the request, with * and ?"
    )
    language: OneOrMany[Text] | None = Field(
        None, description=f"languages of the last question, of {', '.join(LANGUAGES)}"
    )
    asked: Any = Field(None, description="what the last question must be about")


class Asked(Mapping):
    about: Text = Field(description="the kind of fact that is asked for")


class Unless(Mapping):
    grounded: bool | None = Field(None, description="whether what the request states is excused")
    allow: OneOrMany[Text] | None = Field(None, description="what is always allowed")
    match: Any = Field(None, description="what excuses a match when it stands in the same scope")


class RedactAction(Mapping):
    redact: str | None = Field(description="what stands in place of a match")
    with_text: str | None = Field(None, alias="with", description="what stands in place of a match")


class ReplaceAction(Mapping):
    replace: str = Field(description="the template of what stands in place of a match")


class RemoveAction(Mapping):
    remove: Unit = Field(description="how much goes with a match")


class AppendAction(Mapping):
    append: Any = Field(description="the text that is added to the reply")


class CutAction(Mapping):
    cut: Unit = Field(description="before what the reply is cut")
    after_cut: Literal["close", "read"] = Field("read", description="what becomes of upstream after a cut")


class RetryAction(Mapping):
    retry: Annotated[int, Field(ge=1, le=5)] = Field(description="how often upstream is asked again")
    note: str = Field("", description="what the model is told then")
    temperature: Annotated[float, Field(ge=0, le=2)] | None = Field(
        None, description="the temperature of the sampling then"
    )
    fallback: Text | None = Field(None, description="the upstream that is asked once after that, by its name")
    then: Any = Field(None, description="the action when asking again did not help")


class Examples(Mapping):
    hit: list[Any] = Field([], description="replies that the rule must hit")
    pass_: list[Any] = Field([], alias="pass", description="replies that the rule must pass")
    todo_hit: list[Any] = Field([], description="replies that it should hit, and does not yet")
    todo_pass: list[Any] = Field([], description="replies that it should pass, and does not yet")


class CalledFunction(Mapping):
    name: Text = Field(description="the name of the function")
    arguments: str = Field("", description="what it is called with, as JSON")


class ToolCall(Mapping):
    id: str = Field("", description="what the result names in its `tool_call_id`")
    type: Literal["function"] = Field("function", description="what is called")
    function: CalledFunction = Field(description="the function that is called")


class Message(Mapping):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="who speaks"
    )
    content: str | None = Field(description="what is said")
    tool_calls: list[ToolCall] = Field([], description="the functions that the assistant calls")
    tool_call_id: str = Field("", description="the call whose result this is")
    name: str = Field("", description="the function whose result this is")


class ToolResult(Mapping):
    name: str = Field("", description="the name of the function that was called")
    result: str = Field(description="what the function gave back")


def _as_result(value: Any) -> Any:
    if isinstance(value, str):
        return {"result": value}
    if isinstance(value, dict):
        return value
    raise PydanticCustomError("string_type", "text is wanted")


ResultOrText = Annotated[ToolResult, BeforeValidator(_as_result)]


class Example(Mapping):
    reply: str = Field(description="the reply that the rule reads")
    ask: str = Field("", description="the question before it")
    system: str = Field("", description="the system prompt")
    documents: AnyNumber[str] = Field([], description="documents that the request brings along")
    tools: AnyNumber[ResultOrText] = Field(
        [], description="results of tools in the request: texts, or mappings with `name` and `result`"
    )
    messages: list[Message] = Field([], description="the conversation before the question")
    channel: Literal["content", "refusal", "reasoning", "arguments"] = Field(
        "content", alias="in", description="the part of the reply that holds the text"
    )
    want: str | None = Field(None, description="what the client must read in the end")


class Turn(Example):
    """A member of a conversation's `turns`."""

    fired: AnyNumber[str] | None = Field(None, description="the rules that must fire, shadows too, no others")
    outcome: Literal["pass", "flag", "edit", "cut", "drop", "retry"] | None = Field(
        None, description="what must become of the reply"
    )
    stream: bool | None = Field(None, description="whether the client asked for a stream; if not given, both")
    todo: bool = Field(False, description="whether it is known to come out wrong")


# What is said of one reply, and so stands in its turn where there are several.
OF_A_TURN = ("reply", "ask", "want", "fired", "outcome", "tools", "in")


class Conversation(Turn):
    """A member of a file of conversations. reply: it has one, or `turns`."""

    name: Text = Field(description="what the conversation shows")
    reply: str = Field("", description="the reply that the rules read")
    model: str = Field("", description="the model that was asked")
    route: str = Field("", description="the route that the request took")
    header: dict[str, str] = Field({}, description="headers of the request")
    turns: list[Any] = Field([], description="questions and replies in a row, instead of `reply`")
