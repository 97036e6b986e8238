"""Checks the requests of the plugins `openai` and `gemini` against the request types that the vendors publish.

The requests are those that the built program sends to the fake model. The types are closed: an unknown field is an
error. Each check also proves that the types reject requests with a known fault.
"""

import copy
import typing
from collections.abc import Callable, Iterable

import typing_extensions
from fake_models import FakeModels
from google.ai import generativelanguage_v1beta as google
from google.protobuf import json_format
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from program import Config, Program
from pydantic import ConfigDict, TypeAdapter
from table import Table, expect, expect_that

# The fake model answers these columns also without a schema.
TEXTS = {
    "tldr": {"type": "string", "max_words": 12, "max_length": 120, "description": "crisp summary"},
    "challenge": {"type": "string", "enum": ["practice", "expert"]},
}
# A column of every type, so that requests have every kind of schema.
ALL_TYPES = TEXTS | {
    "hours": {"type": "integer", "min": 0, "max": 1_000_000},
    "share": {"type": "number", "min": -1000.5, "max": 1000.5, "optional": True},
    "outdoors": {"type": "boolean"},
    "tags": {"type": "array", "max_length": 3, "items": {"type": "string", "max_words": 12}},
    "place": {"type": "object", "properties": {"city": {"type": "string", "optional": True}}},
}
ROWS = 7
ROWS_PER_CALL = 3

# Each line: name, scenario of the fake model, settings of the plugin, and a field that the first request then has.
# Gemma has neither a system instruction nor a JSON mode.
OPENAI = [
    ("schema", "answers", {}, "response_format.json_schema.schema"),
    ("loose schema", "answers", {"strict": False}, "response_format.json_schema.strict"),
    ("object mode", "answers", {"schema_mode": "json_object"}, "response_format.type"),
    ("no mode", "answers", {"schema_mode": "none"}, "messages"),
    ("sampling options", "answers", {"temperature": 0.5, "top_p": 0.9, "seed": 7}, "seed"),
    ("reasoning effort", "answers", {"reasoning_effort": "low"}, "reasoning_effort"),
    ("output cap of OpenAI", "answers", {"max_tokens_field": "max_completion_tokens"}, "max_completion_tokens"),
    ("role of OpenAI", "answers", {"system_role": "developer"}, "messages"),
    ("output cap of the config", "answers", {"max_output_tokens": 4000}, "max_tokens"),
    ("extra body", "answers", {"extra_body": {"store": False, "service_tier": "flex"}}, "service_tier"),
    ("rows asked again", "rows_missing", {}, "response_format"),
    ("rejected schema", "schema_rejected", {}, "response_format"),
]
GEMINI = [
    ("schema", "answers", {}, "generationConfig.responseJsonSchema"),
    ("object mode", "answers", {"schema_mode": "json_object"}, "generationConfig.responseMimeType"),
    ("no mode", "answers", {"schema_mode": "none"}, "systemInstruction"),
    ("sampling options", "answers", {"temperature": 0.5, "top_k": 20, "seed": 7}, "generationConfig.topK"),
    ("thinking budget", "answers", {"thinking_budget": 0}, "generationConfig.thinkingConfig.thinkingBudget"),
    ("thinking level", "answers", {"thinking_level": "LOW"}, "generationConfig.thinkingConfig.thinkingLevel"),
    ("safety", "answers", {"safety": "block_only_high"}, "safetySettings"),
    ("output cap of the config", "answers", {"max_output_tokens": 4000}, "generationConfig.maxOutputTokens"),
    ("Gemma", "answers", {"model": "gemma-3-27b-it"}, "no systemInstruction"),
    ("rows asked again", "rows_missing", {}, "generationConfig.responseJsonSchema"),
    ("rejected schema", "schema_rejected", {}, "generationConfig.responseJsonSchema"),
]


def run(program: Program, table: Table) -> None:
    for plugin, path, variants in (("openai", "/v1", OPENAI), ("gemini", "", GEMINI)):
        for name, scenario, settings, field in variants:
            table.check(
                f"requests of {plugin}: {name}",
                lambda p=plugin, a=path, s=scenario, t=settings, f=field: check_requests(program, p, a, s, t, f),
            )


def check_requests(program: Program, plugin: str, path: str, scenario: str, settings: dict, field: str) -> str:
    has_schema = not settings.keys() & {"schema_mode", "model"} and scenario != "schema_rejected"
    with FakeModels(program.build) as fakes:
        address = {"base_url": fakes.addresses[scenario] + path, "model": "checked-model"}
        columns = ALL_TYPES if has_schema else TEXTS
        config = Config(plugin, {**address, **settings}, columns, ROWS_PER_CALL, key="key")
        config.limits = {"max_concurrency": 1}
        result = program.run(config, limit=ROWS)
        requests = [request for request in fakes.finish() if request["scenario"] == scenario and request["body"]]
    result.expect_exit(0)
    expect("rows", result.report["rows"]["enriched"], ROWS)
    expect_that("requests", len(requests) >= 3, requests)
    wanted = not field.startswith("no ")
    expect(f"{field} in {requests[0]['body']}", has_field(requests[0]["body"], field.removeprefix("no ")), wanted)
    for request in requests:
        expect(f"errors in {request['body']}", errors(request["path"], request["body"]), [])
    rejected = check_controls(plugin, requests[0])
    return f"{len(requests)} requests are valid, {rejected} faulty ones are rejected"


def has_field(body: dict, path: str) -> bool:
    value = body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value is not None


def errors(path: str, body: dict) -> list[str]:
    """Returns the errors that the vendor's type of a request finds."""
    if path.endswith("/chat/completions"):
        return pydantic_errors(body)
    if ":countTokens" in path:
        return protobuf_errors(google.CountTokensRequest, body)
    return protobuf_errors(google.GenerateContentRequest, without_new_fields(body))


def closed(type_: object, seen: set[int]) -> object:
    """Makes all dictionaries of a type reject unknown keys."""
    if id(type_) not in seen:
        seen.add(id(type_))
        if typing_extensions.is_typeddict(type_):
            type_.__pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
            for hint in typing_extensions.get_type_hints(type_, include_extras=True).values():
                closed(hint, seen)
        for argument in typing.get_args(type_):
            closed(argument, seen)
    return type_


CHAT = TypeAdapter(closed(CompletionCreateParamsNonStreaming, set()))


def pydantic_errors(body: dict) -> list[str]:
    try:
        read_all(CHAT.validate_python(body))
        return []
    except ValueError as error:
        return [str(error)]


def read_all(value: object) -> None:
    """Reads the lists of a validated body, because pydantic validates the items of an `Iterable` while it is read."""
    if isinstance(value, dict):
        value = value.values()
    if not isinstance(value, str) and isinstance(value, Iterable):
        for item in value:
            read_all(item)


def protobuf_errors(message: type, body: dict) -> list[str]:
    try:
        json_format.ParseDict(body, message.pb(message()))
        return []
    except json_format.ParseError as error:
        return [str(error)]


def without_new_fields(body: dict) -> dict:
    """Removes the fields that the service has and the published messages do not have yet."""
    body = copy.deepcopy(body)
    body.get("generationConfig", {}).get("thinkingConfig", {}).pop("thinkingLevel", None)
    return body


# Changes that make a request faulty.
OPENAI_FAULTS: list[Callable[[dict], object]] = [
    lambda body: body.pop("model"),
    lambda body: body["messages"][0].update(role="boss"),
    lambda body: body.update(response_schema={}),
    lambda body: body.update(temperature="hot"),
    lambda body: body.update(response_format={"type": "json_schema", "json_schema": {"schema": {}}}),
    lambda body: body.update(response_format={"type": "xml"}),
]
GEMINI_FAULTS: list[Callable[[dict], object]] = [
    lambda body: body.update(generationConfig={"responseMime": "application/json"}),
    lambda body: body.update(safetySettings=[{"category": "HARASSMENT", "threshold": "BLOCK_NONE"}]),
    lambda body: body.update(generationConfig={"maxOutputTokens": "many"}),
    lambda body: body.update(generationConfig={"responseSchema": {"type": "OBJECT", "additionalProperties": False}}),
    lambda body: body["contents"][0]["parts"][0].update(txt="x"),
    lambda body: body.update(messages=[]),
]


def check_controls(plugin: str, request: dict) -> int:
    """Fails if a faulty request is valid; returns the number of faulty requests."""
    faults = {"openai": OPENAI_FAULTS, "gemini": GEMINI_FAULTS}[plugin]
    for fault in faults:
        body = copy.deepcopy(request["body"])
        fault(body)
        expect_that("a faulty request is valid", errors(request["path"], body) != [], body)
    return len(faults)
