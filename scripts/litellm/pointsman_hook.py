"""Has Pointsman choose among the models of a LiteLLM proxy, and tells it how each call went.

A call whose model is `auto`, or `auto:<policy>`, gets the model group that `POST /v1/route` answers; LLMs in Pointsman
have the names of LiteLLM's model groups. Every success and failure is posted as feedback of that decision. Where
Pointsman does not answer in time, the call goes to the proxy's own model group `auto`.

POINTSMAN_URL (http://localhost:8080) and POINTSMAN_KEY, with the scopes `route` and `feedback`, say where it is.
"""

import asyncio
import json
import logging
import os
import urllib.request

from litellm.integrations.custom_logger import CustomLogger

URL = os.environ.get("POINTSMAN_URL", "http://localhost:8080")
KEY = os.environ.get("POINTSMAN_KEY")
AUTO = "auto"
TIMEOUT_S = 1.0
# Longest query that Pointsman takes, and longest error, in characters.
MAX_QUERY = 100_000
MAX_ERROR = 1_000

log = logging.getLogger("pointsman")


def _post(path: str, body: dict) -> dict:
    headers = {"content-type": "application/json"}
    if KEY:
        headers["authorization"] = f"Bearer {KEY}"
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        return json.load(response)


def _text_of(content) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text") or "" for part in content or [] if isinstance(part, dict))


def _query_of(messages) -> str:
    """The text of the last message of the user that has some."""
    texts = (_text_of(message.get("content")) for message in reversed(messages) if message.get("role") == "user")
    return next((text for text in texts if text.strip()), "")[:MAX_QUERY]


def _metadata_of(kwargs: dict) -> dict:
    return (kwargs.get("litellm_params") or {}).get("metadata") or {}


class PointsmanHook(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        name, _, policy = str(data.get("model") or "").partition(":")
        query = _query_of(data.get("messages") or [])
        if name != AUTO or not query:
            return data
        asked = {"query": query, **({"policy": policy} if policy else {})}
        try:
            chosen = await asyncio.to_thread(_post, "/v1/route", asked)
        except Exception as error:
            log.warning("Pointsman chose no model: %s", error)
            data["model"] = AUTO
            return data
        data["model"] = chosen["model"]
        data.setdefault("fallbacks", chosen["fallbacks"])
        data["metadata"] = {**(data.get("metadata") or {}), "pointsman_decision": chosen["decision_id"]}
        return data

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        usage = getattr(response_obj, "usage", None)
        answer = {
            "latency_ms": (end_time - start_time).total_seconds() * 1000,
            "cost_usd": kwargs.get("response_cost"),
            "prompt_tokens": getattr(usage, "prompt_tokens", None),
            "completion_tokens": getattr(usage, "completion_tokens", None),
        }
        await self._report(kwargs, {field: value for field, value in answer.items() if value is not None})

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        error = str(kwargs.get("exception") or "failed")[:MAX_ERROR]
        await self._report(kwargs, {"error": error})

    async def _report(self, kwargs: dict, answer: dict) -> None:
        metadata = _metadata_of(kwargs)
        decision = metadata.get("pointsman_decision")
        # The model group that was called: a fallback, where the first one failed.
        model = metadata.get("model_group")
        if decision is None or model is None:
            return
        try:
            await asyncio.to_thread(_post, "/v1/feedback", {"decision_id": decision, "model": model, **answer})
        except Exception as error:
            log.warning("Pointsman was not told of a call: %s", error)


pointsman_hook = PointsmanHook()
