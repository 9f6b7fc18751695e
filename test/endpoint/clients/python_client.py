"""What OpenAI's official Python client meets at an endpoint, as JSON on standard output."""

import json
import os
from typing import Literal

import openai
from pydantic import BaseModel

BASE_URL = os.environ["ENDPOINT_URL"]
KEY = os.environ["ENDPOINT_KEY"]
MODEL = os.environ["ENDPOINT_MODEL"]
SLOW = os.environ["ENDPOINT_SLOW_MODEL"]
QUERY = os.environ["ENDPOINT_QUERY"]
FORECAST = os.environ["ENDPOINT_FORECAST"]

MESSAGES = [{"role": "user", "content": QUERY}]


class Place(BaseModel):
    city: str
    days: int


class Stop(BaseModel):
    name: str
    minutes: float


class Arrival(BaseModel):
    place: Literal["Liège", "Ostend"]
    hour: int
    stops: list[Stop]
    late: bool
    note: str | None


client = openai.OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0)


def chat():
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES)
    answer = raw.parse()
    return {
        "text": answer.choices[0].message.content,
        "finish": answer.choices[0].finish_reason,
        "id": answer.id,
        "model": answer.model,
        "usage": [answer.usage.prompt_tokens, answer.usage.completion_tokens],
        "cached": answer.usage.prompt_tokens_details.cached_tokens,
        "headers": {name.lower(): value for name, value in raw.headers.items()},
    }


def stream():
    chunks = list(
        client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    return {
        "text": "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices),
        "pieces": len(chunks),
        "models": sorted({chunk.model for chunk in chunks}),
        "total": chunks[-1].usage.total_tokens,
    }


def tools():
    known = [openai.pydantic_function_tool(Place, name="forecast")]
    first = client.chat.completions.parse(model=MODEL, messages=MESSAGES, tools=known).choices[0].message
    call = first.tool_calls[0]
    said = {"role": "tool", "tool_call_id": call.id, "content": FORECAST}
    messages = [*MESSAGES, first.model_dump(exclude_none=True, exclude={"parsed"}), said]
    second = client.chat.completions.create(model=MODEL, messages=messages, tools=known)
    return {
        "name": call.function.name,
        "place": isinstance(call.function.parsed_arguments, Place),
        "text": second.choices[0].message.content,
    }


def structured():
    whole = client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=Arrival)
    with client.chat.completions.stream(model=MODEL, messages=MESSAGES, response_format=Arrival) as events:
        streamed = events.get_final_completion()
    found = whole.choices[0].message.parsed
    return {"fits": isinstance(found, Arrival), "same": streamed.choices[0].message.parsed == found}


def responses():
    answer = client.responses.create(model=MODEL, input=QUERY)
    with client.responses.stream(model=MODEL, input=QUERY) as events:
        streamed = events.get_final_response()
    return {"text": answer.output_text, "streamed": streamed.output_text}


def abort():
    events = client.chat.completions.create(model=SLOW, messages=MESSAGES, stream=True)
    for chunk in events:
        if chunk.choices and chunk.choices[0].delta.content:
            break
    events.close()
    return {}


def errors():
    def met(call):
        try:
            call()
        except openai.APIStatusError as error:
            return [type(error).__name__, error.status_code, error.code, error.param]
        return None

    stranger = client.with_options(api_key="pk_nobody")
    return {
        "model": met(lambda: client.chat.completions.create(model="nobody/knows", messages=MESSAGES)),
        "field": met(lambda: client.chat.completions.create(model=MODEL, messages=[])),
        "key": met(lambda: stranger.chat.completions.create(model=MODEL, messages=MESSAGES)),
    }


PARTS = [chat, stream, tools, structured, responses, abort, errors]
print(json.dumps({part.__name__: part() for part in PARTS}))
