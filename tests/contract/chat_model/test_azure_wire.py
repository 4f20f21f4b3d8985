"""What goes over the wire, byte for byte, and whatever may come back over it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, Self

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from pydantic import SecretStr

from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.deployment import Wire
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.port import FinishReason, Image, Message, ModelCall, ModelRequest, Usage
from shared.clock import SystemClock
from shared.errors import JobError, ModelError

Ask = Callable[..., ModelRequest]
Deployed = Callable[..., AzureInferenceModel]
GOOD = {
    "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 300, "completion_tokens": 50, "total_tokens": 350},
}


STREAM = (
    'data: {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}\n\n'
    'data: {"choices": [], "usage": {"prompt_tokens": 300, "completion_tokens": 50}}\n\n'
    "data: [DONE]\n\n"
)


class Service:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.content_type = "application/json"
        self.body = json.dumps(GOOD)
        self.asked: list[tuple[web.Request, dict[str, Any]]] = []
        #: The clients' ports.
        self.ports: set[int] = set()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call."""
        self.asked.append((request, await request.json()))
        if request.transport:
            self.ports.add(request.transport.get_extra_info("peername")[1])
        return web.Response(
            status=self.status, headers=self.headers, text=self.body, content_type=self.content_type
        )


@pytest.fixture
def service() -> Service:
    """A service that answers well until told otherwise."""
    return Service()


@pytest.fixture
async def deployed(service: Service) -> AsyncIterator[Deployed]:
    """Make the adapter for a deployment of that service."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.answer)
    async with TestServer(app) as server:
        connections = Connections(endpoint=str(server.make_url("/models/")), key=SecretStr("the-key"))

        def _deployed(name: str, **changes: Any) -> AzureInferenceModel:
            deployment = replace(known_deployment(name), **changes)
            return AzureInferenceModel(deployment, connections, SystemClock())

        yield _deployed
        await connections.close()


@pytest.fixture
def model(deployed: Deployed) -> AzureInferenceModel:
    """The adapter for one of them."""
    return deployed("DeepSeek-V3")


async def test_the_request_is_azures(model: AzureInferenceModel, service: Service, ask: Ask) -> None:
    """Route, version, key and body."""
    await model.complete(ask())
    request, body = service.asked[0]
    assert (request.method, request.path) == ("POST", "/models/chat/completions")
    assert request.query["api-version"] == "2024-05-01-preview"
    assert request.headers["Authorization"] == "Bearer the-key"
    assert request.headers["api-key"] == "the-key"
    assert body == {
        "model": "DeepSeek-V3",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        "max_tokens": 500,
        "temperature": 0.5,
        "response_format": {"type": "json_object"},
    }


async def test_the_request_is_openais(deployed: Deployed, service: Service, ask: Ask) -> None:
    """The same body on the other route, which has no version; the key in both of its headers."""
    await deployed("DeepSeek-V3").complete(ask())
    await deployed("DeepSeek-V3", wire=Wire.OPENAI_V1).complete(ask())
    (_, expected), (request, body) = service.asked
    assert (request.method, request.path_qs) == ("POST", "/openai/v1/chat/completions")
    assert request.headers["Authorization"] == "Bearer the-key"
    assert request.headers["api-key"] == "the-key"
    assert body == expected


async def test_a_deployment_may_have_an_endpoint_and_a_key_of_its_own(
    deployed: Deployed, service: Service, ask: Ask
) -> None:
    """They replace the default ones."""
    await deployed("DeepSeek-V3").complete(ask())
    own = f"http://{service.asked[0][0].host}/elsewhere/v1"
    model = deployed("DeepSeek-V3", wire=Wire.OPENAI_V1, endpoint=own, key=SecretStr("another-key"))
    await model.complete(ask())
    request = service.asked[1][0]
    assert request.path == "/elsewhere/v1/chat/completions"
    assert request.headers["Authorization"] == "Bearer another-key"


async def test_a_model_is_sent_only_what_it_takes(deployed: Deployed, service: Service, ask: Ask) -> None:
    """No temperature for one that thinks, no JSON mode where there is none, no more tokens than it gives."""
    await deployed("DeepSeek-R1").complete(ask(task={"max_output_tokens": 1_000_000}))
    body = service.asked[0][1]
    assert "temperature" not in body
    assert "response_format" not in body
    assert body["max_tokens"] == 32_768


async def test_a_picture_is_a_data_url(deployed: Deployed, service: Service, ask: Ask) -> None:
    """Beside the text of its turn."""
    messages = (
        Message(role="user", text="What?", images=(Image(data=b"\xff\xd8", media_type="image/jpeg"),)),
    )
    await deployed("Phi-4-multimodal-instruct").complete(ask(messages=messages))
    assert service.asked[0][1]["messages"][0]["content"] == [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9g="}},
    ]


async def test_an_answer_is_priced(model: AzureInferenceModel, ask: Ask, paid: list[ModelCall]) -> None:
    """From the service's own count: the founding document's average call costs 570 micro-dollars."""
    reply = await model.complete(ask())
    assert (reply.text, reply.cost_usd_micros) == ("hi", 570)
    assert [call.cost_usd_micros for call in paid] == [570]


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None, "completion_tokens": 3}])
async def test_an_answer_without_a_count_is_never_free(
    model: AzureInferenceModel, service: Service, ask: Ask, paid: list[ModelCall], usage: Any
) -> None:
    """It is charged the most it can have cost."""
    service.body = json.dumps({**GOOD, "usage": usage})
    reply = await model.complete(ask("é"))
    assert reply.usage == Usage(input_tokens=len("Be brief.") + 2, output_tokens=500)
    assert paid[0].cost_usd_micros == reply.cost_usd_micros > 2_000


FILTERED = {"code": "content_filter", "message": "filtered", "param": "messages"}
INNER = {"code": "BadRequest", "innererror": {"code": "ResponsibleAIPolicyViolation"}}


@pytest.mark.parametrize(
    ("status", "headers", "body", "failure", "wait"),
    [
        (400, {}, {"error": FILTERED}, ModelFailure.FILTERED, None),
        (400, {}, FILTERED, ModelFailure.FILTERED, None),
        (400, {}, {"error": INNER}, ModelFailure.FILTERED, None),
        (400, {}, {"error": {"code": "BadRequest"}}, ModelFailure.REFUSED, None),
        (400, {"Retry-After": "1"}, {}, ModelFailure.REFUSED, 1.0),
        (401, {}, {}, ModelFailure.UNAUTHORIZED, None),
        (403, {}, "no", ModelFailure.UNAUTHORIZED, None),
        (404, {}, {"error": {"code": "DeploymentNotFound"}}, ModelFailure.GONE, None),
        (408, {}, {}, ModelFailure.UNAVAILABLE, None),
        (409, {}, {}, ModelFailure.REFUSED, None),
        (410, {}, {}, ModelFailure.GONE, None),
        (413, {}, {}, ModelFailure.REFUSED, None),
        (422, {}, {"code": "parameter_not_supported"}, ModelFailure.REFUSED, None),
        (429, {}, {}, ModelFailure.RATE_LIMITED, None),
        (429, {"Retry-After": "2"}, {}, ModelFailure.RATE_LIMITED, 2.0),
        (429, {"retry-after-ms": "250"}, {}, ModelFailure.RATE_LIMITED, 0.25),
        (429, {"Retry-After": "-1"}, {}, ModelFailure.RATE_LIMITED, None),
        (429, {}, {"error": {"message": "Please retry after 9 seconds."}}, ModelFailure.RATE_LIMITED, 9.0),
        (500, {}, {}, ModelFailure.UNAVAILABLE, None),
        (502, {}, "<html>", ModelFailure.UNAVAILABLE, None),
        (503, {"Retry-After": "5"}, {}, ModelFailure.UNAVAILABLE, 5.0),
        (504, {}, "", ModelFailure.UNAVAILABLE, None),
        (302, {"Location": "http://127.0.0.1:1/elsewhere"}, {}, ModelFailure.UNUSABLE, None),
        (204, {}, {}, ModelFailure.UNUSABLE, None),
    ],
)
@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("streamed", [False, True])
async def test_every_status_is_one_of_our_errors(  # noqa: PLR0913 - the table's columns
    deployed: Deployed,
    service: Service,
    ask: Ask,
    paid: list[ModelCall],
    *,
    status: int,
    headers: dict[str, str],
    body: Any,
    failure: ModelFailure,
    wait: float | None,
    wire: Wire,
    streamed: bool,
) -> None:
    """After a single call, with the wait that was asked for, at no cost."""
    service.status, service.headers, service.body = status, headers, json.dumps(body)
    with pytest.raises(JobError) as raised:
        await deployed("DeepSeek-V3", wire=wire).complete(ask(on_text=_nothing if streamed else None))
    assert failure_of(raised.value) is failure
    assert getattr(raised.value, "retry_after_seconds", None) == wait
    assert len(service.asked) == 1
    assert paid == []


def _nothing(_: str) -> None:
    """Take a piece of an answer."""


STRANGE = [
    "",
    "null",
    "[]",
    "[1]",
    '"hi"',
    "3",
    "{}",
    '{"choices": []}',
    '{"choices": {}}',
    '{"choices": [{"message": 3}]}',
    '{"choices": [{"message": {"content": 3}}]}',
    '{"choices": [',
    "<html>",
    "[" * 100_000,
]


@pytest.mark.parametrize(
    "body",
    STRANGE,
    ids=lambda body: body[:30],
)
async def test_a_strange_body_is_a_models_error(
    model: AzureInferenceModel, service: Service, ask: Ask, body: str
) -> None:
    """Whatever it holds."""
    service.body = body
    with pytest.raises(DeploymentError) as raised:
        await model.complete(ask())
    assert raised.value.failure is ModelFailure.UNUSABLE


async def test_an_answer_that_cannot_be_read_is_paid_all_the_same(
    model: AzureInferenceModel, service: Service, ask: Ask, paid: list[ModelCall]
) -> None:
    """The service counted its tokens."""
    service.body = json.dumps({**GOOD, "choices": []})
    with pytest.raises(ModelError):
        await model.complete(ask())
    assert [call.cost_usd_micros for call in paid] == [570]


async def test_a_filtered_answer_is_reported(model: AzureInferenceModel, service: Service, ask: Ask) -> None:
    """It is paid, it has no content, and it says why."""
    choice = {"message": {"content": None}, "finish_reason": "content_filter"}
    service.body = json.dumps({**GOOD, "choices": [choice]})
    reply = await model.complete(ask())
    assert (reply.text, reply.finish_reason) == ("", FinishReason.CONTENT_FILTER)


async def test_connections_are_kept(deployed: Deployed, service: Service, ask: Ask) -> None:
    """One handshake for many calls, of all deployments and in both forms."""
    for name in ("DeepSeek-V3", "DeepSeek-R1"):
        for wire in Wire:
            await deployed(name, wire=wire).complete(ask())
    assert len(service.ports) == 1


async def test_connections_are_kept_after_streams(deployed: Deployed, service: Service, ask: Ask) -> None:
    """The end of the stream is read, so that its connection can be used again."""
    service.content_type = "text/event-stream"
    service.body = STREAM
    for _ in range(3):
        await deployed("DeepSeek-V3").complete(ask(on_text=_nothing))
    assert len(service.ports) == 1


async def test_a_service_that_does_not_stream_is_understood(
    model: AzureInferenceModel, service: Service, ask: Ask
) -> None:
    """It answers in one piece, which is told as one."""
    told: list[str] = []
    reply = await model.complete(ask(on_text=told.append))
    assert told == [reply.text] == ["hi"]
    assert service.asked[0][1]["stream_options"] == {"include_usage": True}
    assert service.asked[0][0].headers["extra-parameters"] == "pass-through"


async def test_a_stream_without_a_count_is_never_free(
    model: AzureInferenceModel, service: Service, ask: Ask, paid: list[ModelCall]
) -> None:
    """It is charged the most it can have cost."""
    service.content_type = "text/event-stream"
    service.body = STREAM.replace('"usage"', '"unknown"')
    await model.complete(ask(on_text=_nothing))
    assert [call.usage.output_tokens for call in paid] == [500]


async def test_a_picture_without_a_count_costs_the_whole_context(
    deployed: Deployed, service: Service, ask: Ask, picture: Image
) -> None:
    """Nobody says how many tokens one is."""
    service.body = json.dumps({**GOOD, "usage": None})
    messages = (Message(role="user", text="What?", images=(picture,)),)
    reply = await deployed("Phi-4-multimodal-instruct").complete(ask(messages=messages))
    assert reply.usage.input_tokens == known_deployment("Phi-4-multimodal-instruct").context_tokens


class Vouching:
    """A credential of Entra ID's kind."""

    def __init__(self) -> None:
        #: What its tokens were to be good for.
        self.scopes: list[str] = []
        self.is_closed = False

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Return a token, or raise the SDK's error when there is nobody to vouch for."""
        self.scopes += scopes
        raise ClientAuthenticationError("no identity")

    async def close(self) -> None:
        """Remember it."""
        self.is_closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@pytest.mark.parametrize(
    ("wire", "scope"),
    [
        (Wire.MODELS, "https://cognitiveservices.azure.com/.default"),
        (Wire.OPENAI_V1, "https://ai.azure.com/.default"),
    ],
)
async def test_entra_id_vouches_where_there_is_no_key(ask: Ask, wire: Wire, scope: str) -> None:
    """With the scope of the route; without an identity, the operator is told."""
    credential = Vouching()
    connections = Connections(
        endpoint="https://127.0.0.1:1/models", key=SecretStr(""), credential=lambda: credential
    )
    deployment = replace(known_deployment("DeepSeek-V3"), wire=wire)
    with pytest.raises(DeploymentError, match="Entra") as raised:
        await AzureInferenceModel(deployment, connections, SystemClock()).complete(ask())
    assert raised.value.failure is ModelFailure.UNAUTHORIZED
    assert credential.scopes == [scope]
    await connections.close()
    assert credential.is_closed
