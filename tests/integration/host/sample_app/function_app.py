"""An app that shows what the host does: its functions leave marks in files under SAMPLE_MARKS."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import List  # noqa: UP035 - the worker does not index list[…]

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


def mark(name: str, **data: object) -> None:
    """Add a line to a function's file; short appends are atomic."""
    with (Path(os.environ["SAMPLE_MARKS"]) / name).open("a") as marks:
        marks.write(json.dumps({**data, "at": time.time()}) + "\n")


def about(message: func.ServiceBusMessage) -> dict[str, object]:
    """Return what a test wants to see of a message."""
    return {
        "body": message.get_body().decode(),
        "id": message.message_id,
        "deliveries": message.delivery_count,
        "properties": message.application_properties,
    }


@app.function_name("complete")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="complete"
)
async def complete(message: func.ServiceBusMessage, context: func.Context) -> None:
    """Succeed."""
    mark("complete", **about(message), invocation=context.invocation_id, function=context.function_name)


@app.function_name("fail")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="fail"
)
async def fail(message: func.ServiceBusMessage) -> None:
    """Fail, always."""
    mark("fail", **about(message))
    raise ValueError


@app.function_name("dead")
@app.service_bus_topic_trigger(
    arg_name="message",
    connection="BUS",
    topic_name="%SAMPLE_TOPIC%",
    subscription_name="fail/$DeadLetterQueue",
)
def dead(message: func.ServiceBusMessage) -> None:
    """Drain the dead letters, in a thread."""
    mark("dead", **about(message), reason=message.dead_letter_reason)


@app.function_name("slow")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="slow"
)
async def slow(message: func.ServiceBusMessage) -> None:
    """Take as long as the body says, and show how many run at the same time."""
    mark("slow-started", **about(message))
    await asyncio.sleep(float(message.get_body()))
    mark("slow-ended", **about(message))


@app.function_name("batch")
@app.service_bus_topic_trigger(
    arg_name="message",
    connection="BUS",
    topic_name="%SAMPLE_TOPIC%",
    subscription_name="batch",
    cardinality="many",
)
async def batch(message: List[func.ServiceBusMessage]) -> None:  # noqa: UP006 - see above
    """Take a list, and long enough for the next one to gather."""
    mark("batch", bodies=[each.get_body().decode() for each in message])
    await asyncio.sleep(0.1)


@app.function_name("returning")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="returning"
)
async def returning(message: func.ServiceBusMessage) -> str:
    """Return a value that nobody takes."""
    mark("returning", **about(message))
    return "a value"


@app.function_name("stop")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="stop"
)
async def stop(message: func.ServiceBusMessage) -> None:
    """Take the worker process down, the first time."""
    mark("stop", **about(message), pid=os.getpid())
    if message.delivery_count == 1:
        sys.exit(1)


@app.function_name("hang")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="hang"
)
async def hang(message: func.ServiceBusMessage) -> None:
    """Never end, the first time."""
    mark("hang", **about(message))
    if message.delivery_count == 1:
        await asyncio.Event().wait()


@app.function_name("off")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="off"
)
async def off(message: func.ServiceBusMessage) -> None:
    """Never run: a setting disables it."""
    mark("off", **about(message))


@app.function_name("unset")
@app.service_bus_topic_trigger(
    arg_name="message", connection="BUS", topic_name="%SAMPLE_TOPIC%", subscription_name="%NO_SUCH_SETTING%"
)
async def unset(message: func.ServiceBusMessage) -> None:
    """Never run: its setting is missing."""
    mark("unset", **about(message))


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def tick(timer: func.TimerRequest) -> None:
    """Run each second."""
    mark("tick", past_due=timer.past_due)


@app.route(route="echo/{number:int}", methods=["POST"])
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Say what arrived."""
    data = {"body": req.get_json(), "route": dict(req.route_params), "query": dict(req.params)}
    return func.HttpResponse(
        json.dumps(data), status_code=201, mimetype="application/json", headers={"X-Seen": "1"}
    )


@app.route(route="open", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def open_to_all(req: func.HttpRequest) -> str:
    """Answer a text from a thread."""
    return f"{req.method} {req.headers['x-probe']}"


@app.route(route="broken", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Fail."""
    raise RuntimeError(req.url)


@app.route(route="block", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def block(req: func.HttpRequest) -> str:
    """Hold a thread for longer than anybody waits."""
    mark("block", method=req.method)
    time.sleep(60)
    return "late"
