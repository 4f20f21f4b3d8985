"""The embedded SignalR service, as its clients and the host's binding meet it on the wire."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from infra.local.host.errors import HostError
from infra.local.host.indexing import Binding
from infra.local.host.signalr_output import SignalROutput
from infra.local.process import LOCALHOST
from infra.local.signalr import clients
from infra.local.signalr.server import SignalRService
from shared.clock import SystemClock
from shared.realtime.azure_signalr import SETTING, SignalRAccess, SignalRHub

_KEY = "a key of 32 bytes, or of some more"
_END = "\x1e"
_HANDSHAKE = '{"protocol":"json","version":1}' + _END

Socket = aiohttp.ClientWebSocketResponse


@dataclass(frozen=True, kw_only=True)
class World:
    """A service, a client of it, and the host's way to it."""

    access: SignalRAccess
    session: aiohttp.ClientSession
    stop: Callable[[], Awaitable[None]]

    @property
    def settings(self) -> dict[str, str]:
        return {SETTING: f"Endpoint={self.access.endpoint};AccessKey={_KEY};Version=1.0;"}

    async def connected(self, creator_id: str) -> Socket:
        """Connect as the client library does: negotiate, then shake hands on the WebSocket."""
        info = SignalRHub(self.access, SystemClock()).connection_for(creator_id)
        headers = {"Authorization": f"Bearer {info.access_token}"}
        negotiation = info.url.replace("/client/", "/client/negotiate")
        async with self.session.post(f"{negotiation}&negotiateVersion=1", headers=headers) as answer:
            connection = (await answer.json())["connectionToken"]
        opened = await self.session.ws_connect(f"{info.url}&id={connection}&access_token={info.access_token}")
        await opened.send_str(_HANDSHAKE)
        assert await opened.receive_str() == "{}" + _END
        return opened

    async def send(self, *messages: Any) -> None:
        """Send as the host's binding does, what a function wrote."""
        text = json.dumps(messages[0] if len(messages) == 1 else messages)
        await SignalROutput(self.settings).send(_binding(), text)


def _binding(**properties: Any) -> Binding:
    found = {"hubName": "huntaze", "connectionStringSetting": SETTING, **properties}
    return Binding(type="signalR", name="signalr", is_output=True, properties=found)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A service in the test's own loop."""
    listening = socket.create_server((LOCALHOST, 0))
    url = f"http://{LOCALHOST}:{listening.getsockname()[1]}"
    access = SignalRAccess.parse(f"Endpoint={url};AccessKey={_KEY}")
    runner = web.AppRunner(SignalRService(access).application(), shutdown_timeout=0.5)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    async with aiohttp.ClientSession() as session:
        try:
            yield World(access=access, session=session, stop=runner.cleanup)
        finally:
            await runner.cleanup()


async def said(opened: Socket) -> Any:
    """Return the next record that is no ping."""
    while True:
        text = await opened.receive_str(timeout=60)
        record = json.loads(text.removesuffix(_END))
        if record != {"type": 6}:
            return record


def update(user: str, number: int) -> dict[str, Any]:
    return {"target": "jobUpdate", "userId": user, "arguments": [{"version": number}]}


async def test_every_connection_of_the_user_is_told_and_nobody_else(world: World) -> None:
    """Whatever characters the user's name has; several messages go out in order."""
    names = ["123", "a/b?c=d&e", "é%2F", "123 "]
    pages = {name: await world.connected(name) for name in names}
    second = await world.connected("123")
    for number, name in enumerate(names):
        await world.send(update(name, number), update(name, number + 10))
    for number, name in enumerate(names):
        for page in [pages[name], *([second] if name == "123" else [])]:
            told = [await said(page), await said(page)]
            assert [each["arguments"][0]["version"] for each in told] == [number, number + 10]
            assert told[0]["target"] == "jobUpdate"


async def test_what_has_no_user_is_for_everybody_on_the_hub(world: World) -> None:
    """Hubs are the same in any case; so a function must never forget the user."""
    page = await world.connected("123")
    await SignalROutput(world.settings).send(
        _binding(hubName="HUNTAZE"), json.dumps({"target": "hello", "arguments": []})
    )
    assert await said(page) == {"type": 1, "target": "hello", "arguments": []}


async def test_only_tokens_for_the_very_address_are_believed(world: World) -> None:
    """A client's opens no server's door, one user's token no other's messages, another key nothing."""
    clock, url = SystemClock(), f"{world.access.endpoint}/api/v1/hubs/huntaze/users/123"
    client = f"{world.access.endpoint}/client/?hub=huntaze"
    other = SignalRAccess.parse(f"Endpoint={world.access.endpoint};AccessKey={_KEY}, another one")
    bad = [
        world.access.token(client, clock, seconds=60, user_id="123"),
        world.access.token(url + "4", clock, seconds=60),
        world.access.token(url, clock, seconds=-60),
        other.token(url, clock, seconds=60),
        "nonsense",
    ]
    for token in bad:
        async with world.session.post(
            url, json=update("123", 1), headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            assert answer.status == 401
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        await world.session.ws_connect(f"{client}&access_token={quote(bad[1])}")


async def test_a_client_of_another_protocol_is_told_why(world: World) -> None:
    info = SignalRHub(world.access, SystemClock()).connection_for("123")
    for first in ('{"protocol":"messagepack","version":1}' + _END, "hello", "[]" + _END):
        opened = await world.session.ws_connect(f"{info.url}&access_token={info.access_token}")
        await opened.send_str(first)
        assert "error" in await said(opened)
        assert (await opened.receive(timeout=60)).type is WSMsgType.CLOSE


async def test_a_call_from_a_client_is_answered(world: World) -> None:
    """Otherwise it would wait for ever; one that wants no answer, and a ping, get none."""
    page = await world.connected("123")
    for call in ({"type": 6}, {"type": 1, "target": "x", "arguments": []}):
        await page.send_str(json.dumps(call) + _END)
    await page.send_str(json.dumps({"type": 1, "invocationId": "7", "target": "x", "arguments": []}) + _END)
    answer = await said(page)
    assert (answer["type"], answer["invocationId"]) == (3, "7")
    assert "error" in answer


async def test_a_client_may_leave_as_it_likes(world: World) -> None:
    """With a goodbye, by hanging up, or with nonsense: nobody else notices."""
    stays = await world.connected("123")
    for goodbye in ('{"type":7}' + _END, "nonsense", None):
        leaves = await world.connected("123")
        if goodbye is None:
            await leaves.close()
        else:
            await leaves.send_str(goodbye)
            while not leaves.closed:
                await leaves.receive(timeout=60)
    await world.send(update("123", 1))
    assert (await said(stays))["arguments"] == [{"version": 1}]


async def test_who_is_silent_is_pinged_and_at_last_let_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "PING_SECONDS", 0.02)
    monkeypatch.setattr(clients, "SILENCE_SECONDS", 0.2)
    page = await world.connected("123")
    assert await page.receive_str(timeout=60) == '{"type":6}' + _END
    assert (await said(page))["type"] == 7


async def test_a_service_that_goes_away_says_goodbye(world: World) -> None:
    """Without an error, so that clients come back."""
    page = await world.connected("123")
    await world.stop()
    assert await said(page) == {"type": 7}


async def test_a_service_that_is_away_fails_the_invocation(world: World) -> None:
    """Then the broker delivers the event again, as in production."""
    nowhere = {SETTING: f"Endpoint=http://127.0.0.1:9;AccessKey={_KEY}"}
    with pytest.raises(aiohttp.ClientError):
        await SignalROutput(nowhere).send(_binding(), json.dumps(update("123", 1)))
    with pytest.raises(HostError, match=SETTING):
        SignalROutput({}).check(_binding())
    with pytest.raises(HostError, match="groups"):
        await world.send({"target": "x", "groupName": "g", "arguments": []})
    SignalROutput(world.settings).check(_binding(connectionStringSetting=None))
