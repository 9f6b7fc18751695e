"""What a request that failed is raised as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

# Most of a body that is no problem document which an error shows, in characters.
_SHOWN = 200


class PointsmanProblem(Exception):
    """A request that failed: what the service said of it, as RFC 9457 has it.

    Where no answer came, `status` is 0 and `code` is `unreachable` or `timeout`; where something between said no, as a
    proxy may, `code` is `http_` and the status.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str | None = None,
        issues: list[dict[str, str]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.title = title or code
        self.issues = issues or []
        self.retry_after = retry_after


def retry_after_of(headers: Mapping[str, str] | Message) -> float | None:
    """Seconds that `Retry-After` says: a number, or a date."""
    said = (headers.get("retry-after") or "").strip()
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time())
    except ValueError:
        return None


def problem_of(status: int, headers: Mapping[str, str] | Message, body: bytes) -> PointsmanProblem:
    """What an answer that is none of success says: a problem document, an error of OpenAI's form, or any other text."""
    text = body.decode("utf-8", "replace")
    retry_after = retry_after_of(headers)
    try:
        known: Any = json.loads(text)
    except ValueError:
        known = None
    if isinstance(known, dict) and isinstance(known.get("code"), str):
        detail = str(known.get("detail") or known["code"])
        return PointsmanProblem(
            status, known["code"], detail, title=known.get("title"), issues=known.get("issues"), retry_after=retry_after
        )
    error = known.get("error") if isinstance(known, dict) else None
    other = f"http_{status}"
    if isinstance(error, dict):
        code = error.get("code") or error.get("type") or other
        return PointsmanProblem(status, str(code), str(error.get("message") or other), retry_after=retry_after)
    shown = text.strip()[:_SHOWN]
    return PointsmanProblem(
        status, other, f"expected an answer of Pointsman, got {status} {shown}".rstrip(), retry_after=retry_after
    )
