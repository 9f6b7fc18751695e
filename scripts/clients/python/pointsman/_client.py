"""Short ways to what most programs ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http.client import HTTPResponse
from typing import Any, Unpack, cast
from uuid import uuid4

from . import types
from ._events import Event, follow
from ._operations import Operations
from ._transport import path_of


class Pointsman(Operations):
    """The whole API, a method for each operation, and short ways to most of it."""

    def route(
        self,
        query: str | Sequence[types.RouteRequestMessagesItem],
        *,
        timeout: float | None = None,
        **rules: Unpack[types.RouteRules],
    ) -> types.RouteResponse:
        """Which LLM should get a query or a conversation, by the rules of `POST /v1/route`."""
        asked: dict[str, Any] = {"query": query} if isinstance(query, str) else {"messages": list(query)}
        return self.post_route(cast(types.RouteRequest, {**rules, **asked}), timeout=timeout)

    def feedback(
        self, feedback: types.FeedbackRequest, *, idempotency_key: str | None = None, timeout: float | None = None
    ) -> types.FeedbackReceipt:
        """Tells how it went: interactions, preferences, signals or opinions, one or many. Durable once it returns.

        A key by which a repetition is known is made up unless given, so that what is sent again counts once.
        """
        return self.post_feedback(feedback, idempotency_key=idempotency_key or uuid4().hex, timeout=timeout)

    def decisions(
        self,
        *,
        before: str | None = None,
        model: str | None = None,
        policy: str | None = None,
        experiment: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        limit: int | None = None,
    ) -> Iterator[types.DecisionSummary]:
        """Logged decisions, newest first, read page by page as far as somebody goes on; `limit` is a page's size."""
        while True:
            page = self.get_decisions(
                before=before, model=model, policy=policy, experiment=experiment, from_=from_, to=to, limit=limit
            )
            yield from page["decisions"]
            before = page["next"]
            if before is None:
                return

    def job_events(self, job_id: str) -> Iterator[Event]:
        """How a job stands, as it changes, until it ends: `progress`, then `completed` or `failed`."""
        return self._follow(path_of("/v1/jobs/{id}/events", id=job_id), ends=True)

    def events(self) -> Iterator[Event]:
        """What changes in the service, from now on: `changed` and `decisions`."""
        return self._follow("/v1/events", ends=False)

    def _follow(self, path: str, *, ends: bool) -> Iterator[Event]:
        def opened(last_id: str | None) -> HTTPResponse:
            return self._open("GET", path, headers={"accept": "text/event-stream", "last-event-id": last_id})

        return follow(opened, lambda event: ends and event.event != "progress")
