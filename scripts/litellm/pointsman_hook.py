"""Has Pointsman choose among the models of a LiteLLM proxy, and tells it how each call went.

A call whose model is `auto`, or `auto:<policy>`, gets the model group that `POST /v1/route` answers; LLMs in Pointsman
have the names of LiteLLM's model groups, and those that the proxy has not got are passed over. Every success and failure
is posted as feedback of that decision. Where Pointsman does not answer in time, the call goes to the proxy's own model
group `auto`, and Pointsman is left alone for some seconds, so that calls don't wait for it one by one.

POINTSMAN_URL (http://localhost:8080) and POINTSMAN_KEY, with the scopes `route` and `feedback`, say where it is.
"""

import asyncio
import json
import logging
import os
import time
import urllib.error
import urllib.request

from litellm.integrations.custom_logger import CustomLogger

URL = os.environ.get("POINTSMAN_URL", "http://localhost:8080")
KEY = os.environ.get("POINTSMAN_KEY")
AUTO = "auto"
TIMEOUT_S = 1.0
# How long nobody asks a Pointsman that did not answer.
AWAY_S = 5.0
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


def _query_of(data: dict) -> str:
    """The text of the last message of the user that has some; of a call in another form, its `input` or `prompt`."""
    messages = data.get("messages") or data.get("input") or data.get("prompt") or []
    if isinstance(messages, str):
        return messages[:MAX_QUERY]
    said = [one for one in messages if isinstance(one, dict) and one.get("role") == "user"]
    texts = (_text_of(one.get("content")) for one in reversed(said))
    return next((text for text in texts if text.strip()), "")[:MAX_QUERY]


def _groups() -> set:
    """The proxy's model groups; none where it can't be asked for them."""
    try:
        from litellm.proxy.proxy_server import llm_router

        return set(llm_router.get_model_names())
    except Exception:
        return set()


def _metadata_of(kwargs: dict) -> dict:
    params = kwargs.get("litellm_params") or {}
    return {**(params.get("litellm_metadata") or {}), **(params.get("metadata") or {})}


def _milliseconds(start, end) -> float:
    """Between two times, which may be `datetime`s or seconds."""
    passed = end - start
    return (passed.total_seconds() if hasattr(passed, "total_seconds") else float(passed)) * 1000


class PointsmanHook(CustomLogger):
    def __init__(self):
        super().__init__()
        self._away_until = 0.0

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        name, _, policy = str(data.get("model") or "").partition(":")
        query = _query_of(data)
        if name != AUTO or not query.strip():
            return data
        try:
            chosen = await self._ask({"query": query, **({"policy": policy} if policy else {})})
            groups = _groups()
            known = [one for one in [chosen["model"], *chosen["fallbacks"]] if not groups or one in groups]
            model, fallbacks = known[0], known[1:]
        except Exception as error:
            log.warning("Pointsman chose no model: %s", error)
            data["model"] = AUTO
            return data
        data["model"] = model
        data.setdefault("fallbacks", fallbacks)
        # Where the proxy keeps what belongs to a call depends on the form of the call.
        field = "litellm_metadata" if "litellm_metadata" in data else "metadata"
        data[field] = {**(data.get(field) or {}), "pointsman_decision": chosen["decision_id"]}
        return data

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        logged = kwargs.get("standard_logging_object") or {}
        usage = getattr(response_obj, "usage", None)
        answer = {
            "latency_ms": _milliseconds(start_time, end_time),
            "cost_usd": kwargs.get("response_cost", logged.get("response_cost")),
            "prompt_tokens": getattr(usage, "prompt_tokens", logged.get("prompt_tokens")),
            "completion_tokens": getattr(usage, "completion_tokens", logged.get("completion_tokens")),
        }
        await self._report(kwargs, {field: value for field, value in answer.items() if value is not None})

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        logged = kwargs.get("standard_logging_object") or {}
        error = str(kwargs.get("exception") or logged.get("error_str") or "failed")[:MAX_ERROR]
        await self._report(kwargs, {"error": error})

    async def _ask(self, asked: dict) -> dict:
        if time.monotonic() < self._away_until:
            raise TimeoutError("it did not answer a moment ago")
        try:
            return await asyncio.to_thread(_post, "/v1/route", asked)
        except urllib.error.HTTPError:
            # It answers, if only to say no.
            raise
        except OSError:
            self._away_until = time.monotonic() + AWAY_S
            raise

    async def _report(self, kwargs: dict, answer: dict) -> None:
        metadata = _metadata_of(kwargs)
        logged = kwargs.get("standard_logging_object") or {}
        decision = metadata.get("pointsman_decision")
        # The model group that was called: a fallback, where the first one failed.
        model = metadata.get("model_group") or logged.get("model_group")
        if decision is None or model is None:
            return
        try:
            await asyncio.to_thread(_post, "/v1/feedback", {"decision_id": decision, "model": model, **answer})
        except Exception as error:
            log.warning("Pointsman was not told of a call: %s", error)


pointsman_hook = PointsmanHook()
