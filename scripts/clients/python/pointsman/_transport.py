"""How requests are sent: with the key, in time, and again where that helps and does no harm."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ._problem import PointsmanProblem, problem_of

# Longest wait before a request is sent again, in seconds: who is told to wait longer hears of it at once.
_MAX_WAIT = 30.0
# Methods that do no harm twice.
_IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})


class _NoRedirect(HTTPRedirectHandler):
    """The API redirects nobody, and a key is for nobody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirect)


def _failure(error: Exception, url: str) -> PointsmanProblem:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return PointsmanProblem(0, "timeout", f"no answer from {url} in time")
    return PointsmanProblem(0, "unreachable", f"no answer from {url}: {reason}")


def path_of(template: str, **params: str) -> str:
    """The path with its parameters, each as one segment."""
    return template.format(**{name: quote(value, safe="") for name, value in params.items()})


class Transport:
    """Where the service is, and how it is asked.

    `base_url` and `key` are those of `POINTSMAN_URL` and `POINTSMAN_KEY` unless given; `timeout` is the longest that it
    may be silent, in seconds; `retries` how often what does no harm twice is sent again after 429 or 503 with
    `Retry-After`.
    """

    def __init__(
        self, base_url: str | None = None, key: str | None = None, *, timeout: float = 60.0, retries: int = 2
    ) -> None:
        self.base_url = (base_url or os.environ.get("POINTSMAN_URL") or "http://localhost:8080").rstrip("/")
        self.key = key or os.environ.get("POINTSMAN_KEY")
        self.timeout = timeout
        self.retries = retries

    def _open(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        timeout: float | None = None,
    ) -> HTTPResponse:
        """The answer, its body not yet read."""
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        url = self.base_url + path + (f"?{_query(asked)}" if asked else "")
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        if self.key:
            sent["authorization"] = f"Bearer {self.key}"
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            sent["content-type"] = "application/json"
        request = Request(url, data, sent, method=method)
        repeatable = method in _IDEMPOTENT or "idempotency-key" in {name.lower() for name in sent}
        left = self.retries if repeatable else 0
        while True:
            try:
                answer: HTTPResponse = _opener.open(request, timeout=self.timeout if timeout is None else timeout)
                return answer
            except HTTPError as error:
                with error:
                    problem = problem_of(error.code, error.headers, error.read())
            except (OSError, HTTPException) as error:
                raise _failure(error, url) from error
            wait = problem.retry_after
            if left == 0 or problem.status not in (429, 503) or wait is None or wait > _MAX_WAIT:
                raise problem
            left -= 1
            time.sleep(wait)

    def _bytes(self, method: str, path: str, **how: Any) -> bytes:
        answer = self._open(method, path, **how)
        try:
            with answer:
                return answer.read()
        except (OSError, HTTPException) as error:
            raise _failure(error, self.base_url + path) from error

    def _text(self, method: str, path: str, **how: Any) -> str:
        return self._bytes(method, path, **how).decode()

    def _json(self, method: str, path: str, **how: Any) -> Any:
        headers = {"accept": "application/json", **(how.pop("headers", None) or {})}
        body = self._bytes(method, path, headers=headers, **how)
        if not body:
            return None
        try:
            return json.loads(body)
        except ValueError as error:
            shown = body[:100].decode("utf-8", "replace")
            raise PointsmanProblem(0, "not_json", f"expected JSON from {path}, got {shown!r}") from error


def _query(asked: Mapping[str, Any]) -> str:
    """As a query string: lists repeat their name, and truth is spelt as JSON spells it."""
    return urlencode({name: _shown(value) for name, value in asked.items()}, doseq=True, quote_via=quote)


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_shown(one) for one in value] if isinstance(value, (list, tuple)) else value
