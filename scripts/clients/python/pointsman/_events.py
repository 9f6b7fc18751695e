"""Server-sent events, as they come."""

from __future__ import annotations

import codecs
import json
import re
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple

from ._problem import PointsmanProblem

# Wait before a stream that broke off is opened again, in seconds: doubled each time until something comes.
_PAUSE = 0.5
_MAX_PAUSE = 30.0
_PART = 65_536


class Event(NamedTuple):
    """One event, its data read as JSON; what is none stays a text."""

    event: str
    data: Any
    id: str | None


def _value_of(data: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data


def _lines(answer: HTTPResponse) -> Iterator[str]:
    """The lines of a stream, as soon as each is whole."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    rest = ""
    while part := answer.read1(_PART):
        # A carriage return at the end may be half of a line end.
        *whole, rest = re.split(r"\r\n|\n|\r(?!$)", rest + decode(part))
        yield from whole


def events_in(answer: HTTPResponse) -> Iterator[Event]:
    """The events of one stream, until it ends."""
    fields: dict[str, str] = {}
    with answer:
        for line in _lines(answer):
            if line == "":
                if "data" in fields:
                    yield Event(fields.get("event") or "message", _value_of(fields["data"]), fields.get("id"))
                fields = {}
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in fields:
                value = f"{fields['data']}\n{value}"
            fields[name] = value


def follow(open_: Callable[[str | None], HTTPResponse], is_last: Callable[[Event], bool]) -> Iterator[Event]:
    """Events as they come, as long as somebody reads them.

    A stream that breaks off is opened again, after a pause, from the last id on; one that was never open, or that the
    service refuses, is an error.
    """
    last_id: str | None = None
    ever_open = False
    wait = _PAUSE
    while True:
        try:
            answer = open_(last_id)
            ever_open = True
            for event in events_in(answer):
                wait = _PAUSE
                last_id = event.id or last_id
                yield event
                if is_last(event):
                    return
        except PointsmanProblem as problem:
            if not ever_open or (0 < problem.status < 500 and problem.status != 429):
                raise
        except (OSError, HTTPException):
            pass  # It broke off.
        time.sleep(wait)
        wait = min(wait * 2, _MAX_PAUSE)
