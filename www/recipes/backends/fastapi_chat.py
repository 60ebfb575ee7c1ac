import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

app = FastAPI()
# The tasks that write the answers, by session. Behind a login, check whose session it is.
running: dict[str, asyncio.Task[None]] = {}


class Session(BaseModel):
    sessionId: str


class Question(Session):
    prompt: str


@app.post("/chat")
async def chat(question: Question) -> StreamingResponse:
    events: asyncio.Queue[str | None] = asyncio.Queue(maxsize=100)
    if before := running.get(question.sessionId):
        before.cancel()  # a session has one answer at a time
    task = asyncio.create_task(write(question, events))
    running[question.sessionId] = task

    async def body() -> AsyncIterator[str]:
        try:
            while (event := await events.get()) is not None:
                yield event
        finally:
            task.cancel()  # nobody is reading any more
            while not events.empty():  # what is full would hold its end up
                events.get_nowait()

    headers = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no"}
    return StreamingResponse(body(), media_type="text/event-stream", headers=headers)


@app.post("/chat/cancel")
async def cancel(session: Session) -> dict[str, bool]:
    task = running.get(session.sessionId)
    if task is None:
        raise HTTPException(404, "there is no such session")
    task.cancel()
    return {"cancelled": True}


async def write(question: Question, events: asyncio.Queue[str | None]) -> None:
    tokens, end = 0, "stopped"
    try:
        async for token in model(question.prompt):
            tokens += 1
            await events.put(f"data: {json.dumps(token)}\n\n")
        end = "complete"
        await events.put("data: [DONE]\n\n")
    finally:
        if running.get(question.sessionId) is asyncio.current_task():
            del running[question.sessionId]
        print(f"{question.sessionId}: {end}, {tokens} tokens", flush=True)
        await events.put(None)


async def model(prompt: str) -> AsyncIterator[str]:
    """Put your model here. Cancelling the task ends it at its next await."""
    for word in f"You asked: {prompt}".split(" "):
        yield f"{word} "
    for line in range(1, 101):
        await asyncio.sleep(0.01)
        yield f"\n{line} bottles"
