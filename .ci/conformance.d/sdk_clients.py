"""Uses the vendors' SDKs as clients of the fake model, so that its replies are those of the real services.

Replies are parsed by the SDK's own types, errors become the exceptions that the SDK documents, and a wait that the
reply asks for is obeyed where the SDK does so.
"""

import json
import time
import urllib.request
from collections.abc import Callable

import groq
import openai
from fake_models import FakeModels
from google import genai
from google.ai import generativelanguage_v1beta as google
from google.genai import errors as genai_errors
from google.genai import types as genai_types
from google.protobuf import json_format
from mistralai.client import Mistral
from mistralai.client import VERSION as mistral_version
from mistralai.client import errors as mistral_errors
from program import Program
from table import Table, expect, expect_that

MODEL = "checked-model"
# A question about one row, in the layout that the fake model reads.
QUESTION = 'The rows follow as JSON.\n{"r0":{"row":{"Topic":"The Moon"}}}'
ROW = {
    "type": "object",
    "properties": {"tldr": {"type": "string"}},
    "required": ["tldr"],
    "additionalProperties": False,
}
SCHEMA = {"type": "object", "properties": {"r0": ROW}, "required": ["r0"], "additionalProperties": False}
RESPONSE_FORMAT = {"type": "json_schema", "json_schema": {"name": "rows", "strict": True, "schema": SCHEMA}}
# The wait of the scenarios `busy` and `busy_once`.
RETRY_AFTER = 1.0

# Scenario, exception class, status, code.
OPENAI_ERRORS = [
    ("wrong_key", "AuthenticationError", 401, "invalid_api_key"),
    ("unknown_model", "NotFoundError", 404, "model_not_found"),
    ("busy", "RateLimitError", 429, "rate_limit_exceeded"),
    ("no_credit", "RateLimitError", 429, "insufficient_quota"),
    ("too_large", "BadRequestError", 400, "context_length_exceeded"),
    ("overloaded", "InternalServerError", 503, "server_is_overloaded"),
]
# Scenario, exception class, code, status.
GEMINI_ERRORS = [
    ("wrong_key", genai_errors.ClientError, 400, "INVALID_ARGUMENT"),
    ("unknown_model", genai_errors.ClientError, 404, "NOT_FOUND"),
    ("busy", genai_errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
    ("too_large", genai_errors.ClientError, 400, "INVALID_ARGUMENT"),
    ("overloaded", genai_errors.ServerError, 503, "UNAVAILABLE"),
]


def run(program: Program, table: Table) -> None:
    def check(name: str, run_check: Callable[[dict[str, str]], str]) -> None:
        def with_fakes() -> str:
            with FakeModels(program.build) as fakes:
                return run_check(fakes.addresses)

        table.check(f"client {name}", with_fakes)

    for module in (openai, groq):
        name = f"{module.__name__} {module.__version__}"
        check(f"{name}: reply and models", lambda a, m=module: OpenAiClient(m, a).reply())
        check(f"{name}: refusal", lambda a, m=module: OpenAiClient(m, a).refusal())
        check(f"{name}: exceptions", lambda a, m=module: OpenAiClient(m, a).exceptions())
        check(f"{name}: Retry-After", lambda a, m=module: OpenAiClient(m, a).waits())
    name = f"google-genai {genai.__version__}"
    check(f"{name}: reply and models", lambda a: GeminiClient(a).reply())
    check(f"{name}: blocked answer", lambda a: GeminiClient(a).blocked())
    check(f"{name}: exceptions", lambda a: GeminiClient(a).exceptions())
    check(f"{name}: retry", lambda a: GeminiClient(a).retries())
    check(f"mistralai {mistral_version}: reply and exceptions", mistral)


def raised(call: Callable[[], object]) -> Exception:
    """Returns the exception of a call that must fail."""
    try:
        found = call()
    except Exception as error:
        return error
    raise AssertionError(f"no exception: {found!r}")


class OpenAiClient:
    """The SDK of OpenAI, or one that was generated from the same template."""

    def __init__(self, module, addresses: dict[str, str]) -> None:
        self.module, self.addresses = module, addresses

    def client(self, scenario: str, retries: int = 0):
        # Groq's client adds the whole path.
        path = "/v1" if self.module is openai else ""
        kind = self.module.OpenAI if self.module is openai else self.module.Groq
        url = self.addresses[scenario] + path
        return kind(base_url=url, api_key="key", max_retries=retries, _strict_response_validation=True)

    def ask(self, scenario: str, retries: int = 0):
        client = self.client(scenario, retries)
        messages = [{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": QUESTION}]
        return client.chat.completions.create(model=MODEL, messages=messages, response_format=RESPONSE_FORMAT)

    def reply(self) -> str:
        reply = self.ask("answers")
        expect("keys", list(json.loads(reply.choices[0].message.content)), ["r0"])
        expect("finish reason", reply.choices[0].finish_reason, "stop")
        expect("tokens", reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens)
        models = self.client("answers").models.list().data
        expect_that("models", len(models) > 0, models)
        expect("model", self.client("answers").models.retrieve(MODEL).id, MODEL)
        return f"{reply.usage.total_tokens} tokens, {len(models)} models"

    def refusal(self) -> str:
        message = self.ask("blocked").choices[0].message
        expect("content", message.content, None)
        refusal = getattr(message, "refusal", None)
        expect_that("refusal", bool(refusal), message)
        return refusal

    def exceptions(self) -> str:
        for scenario, name, status, code in OPENAI_ERRORS:
            error = raised(lambda s=scenario: self.ask(s))
            found = (type(error).__name__, getattr(error, "status_code", None), body_of(error).get("code"))
            expect(scenario, found, (name, status, code))
        return f"{len(OPENAI_ERRORS)} errors"

    def waits(self) -> str:
        started = time.monotonic()
        self.ask("busy_once", retries=1)
        seconds = time.monotonic() - started
        expect_that("wait", RETRY_AFTER <= seconds < 10 * RETRY_AFTER, seconds)
        return f"retried after {seconds:.2f} s"


def body_of(error: Exception) -> dict:
    """Returns the `error` object of a response."""
    body = getattr(error, "body", None) or {}
    return body.get("error", body)


class GeminiClient:
    """Google's SDK."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses

    def client(self, scenario: str, attempts: int = 1) -> genai.Client:
        retry = genai_types.HttpRetryOptions(attempts=attempts, initial_delay=0.05, max_delay=0.1)
        options = genai_types.HttpOptions(
            base_url=self.addresses[scenario], api_version="v1beta", retry_options=retry
        )
        return genai.Client(api_key="key", http_options=options)

    def ask(self, scenario: str, attempts: int = 1):
        config = {
            "system_instruction": "Answer in JSON.",
            "response_mime_type": "application/json",
            "response_json_schema": SCHEMA,
        }
        client = self.client(scenario, attempts)
        return client.models.generate_content(model=MODEL, contents=QUESTION, config=config)

    def reply(self) -> str:
        reply = self.ask("answers")
        expect("keys", list(json.loads(reply.text)), ["r0"])
        expect("finish reason", reply.candidates[0].finish_reason, genai_types.FinishReason.STOP)
        usage = reply.usage_metadata
        expect("tokens", usage.total_token_count, usage.prompt_token_count + usage.candidates_token_count)
        expect_published(self.addresses["answers"])
        client = self.client("answers")
        models = list(client.models.list())
        expect_that("models", len(models) > 0, models)
        expect("model", client.models.get(model=MODEL).name, f"models/{MODEL}")
        return f"{usage.total_token_count} tokens, {len(models)} models"

    def blocked(self) -> str:
        reply = self.ask("blocked")
        reason = reply.candidates[0].finish_reason
        expect("finish reason", reason, genai_types.FinishReason.SAFETY)
        expect_published(self.addresses["blocked"])
        return str(reason)

    def exceptions(self) -> str:
        for scenario, kind, code, status in GEMINI_ERRORS:
            error = raised(lambda s=scenario: self.ask(s))
            found = (type(error), getattr(error, "code", None), getattr(error, "status", None))
            expect(scenario, found, (kind, code, status))
        return f"{len(GEMINI_ERRORS)} errors"

    def retries(self) -> str:
        # This SDK retries on request, and ignores the wait of the reply.
        self.ask("busy_once", attempts=2)
        return "retried"


def expect_published(address: str) -> None:
    """Fails if a reply has a field that Google's published message does not have."""
    url = f"{address}/v1beta/models/{MODEL}:generateContent"
    question = json.dumps({"contents": [{"role": "user", "parts": [{"text": QUESTION}]}]}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, question), timeout=30) as reply:
        json_format.Parse(reply.read(), google.GenerateContentResponse.pb(google.GenerateContentResponse()))


def mistral(addresses: dict[str, str]) -> str:
    def ask(scenario: str):
        client = Mistral(server_url=addresses[scenario], api_key="key")
        return client.chat.complete(model=MODEL, messages=[{"role": "user", "content": QUESTION}])

    expect("keys", list(json.loads(ask("answers").choices[0].message.content)), ["r0"])
    for scenario, status in (("wrong_key", 401), ("busy", 429), ("overloaded", 503)):
        error = raised(lambda s=scenario: ask(s))
        expect_that(scenario, isinstance(error, mistral_errors.SDKError), error)
        expect(scenario, error.status_code, status)
    return "1 reply, 3 errors"
