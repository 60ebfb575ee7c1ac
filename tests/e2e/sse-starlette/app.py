"""The server of servers.test.ts, on sse-starlette."""

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, JSONServerSentEvent, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LAST = 9
PER_CONNECTION = 3

jobs: dict[str, dict] = {}


async def events(request: Request) -> EventSourceResponse:
    last = int(request.headers.get("last-event-id", "0"))

    async def numbered() -> AsyncIterator[ServerSentEvent]:
        for n in range(last + 1, min(last + PER_CONNECTION, LAST) + 1):
            name = "even" if n % 2 == 0 else None
            yield JSONServerSentEvent({"n": n, "text": "漢字\n😀"}, event=name, id=str(n), retry=10)
        if last + PER_CONNECTION >= LAST:
            yield JSONServerSentEvent("[DONE]")

    return EventSourceResponse(numbered())


async def chat(request: Request) -> EventSourceResponse:
    body = await request.json()
    job = jobs[body["id"]] = {"prompt": body["prompt"], "told": False, "open": True}

    async def tokens() -> AsyncIterator[ServerSentEvent]:
        try:
            n = 0
            while not job["told"]:
                n += 1
                yield JSONServerSentEvent({"n": n}, event="token")
                await asyncio.sleep(0.01)
        finally:
            job["open"] = False

    return EventSourceResponse(tokens(), ping=1)


async def cancel(request: Request) -> JSONResponse:
    job = jobs[(await request.json())["id"]]
    job["told"] = True
    return JSONResponse({}, 202)


async def look(request: Request) -> JSONResponse:
    return JSONResponse(jobs[request.path_params["id"]])


cors = Middleware(
    CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]
)

app = Starlette(
    routes=[
        Route("/events", events),
        Route("/chat", chat, methods=["POST"]),
        Route("/cancel", cancel, methods=["POST"]),
        Route("/jobs/{id}", look),
    ],
    middleware=[cors],
)
