"""Calls `scripts/litellm/pointsman_hook.py` as LiteLLM's proxy does, with a stand-in for its base class; prints JSON.

    python3 litellm.py HOOK CONFIG

HOOK is the file; CONFIG the proxy's configuration, as JSON: its model groups are called where it says, and its callback
is the one that it names.
"""

import asyncio
import datetime
import importlib.util
import json
import sys
import types
import urllib.error
import urllib.request

HOOK = sys.argv[1]
CONFIG = json.loads(sys.argv[2])
GROUPS = {one["model_name"]: one["litellm_params"] for one in CONFIG["model_list"]}
NOBODY = {"model": "openai/nobody", "api_base": GROUPS["auto"]["api_base"], "api_key": "none"}
MODULE, INSTANCE = CONFIG["litellm_settings"]["callbacks"].split(".")


class CustomLogger:
    """What LiteLLM's class of that name has of use here: a constructor without arguments."""


NAMES = ["", ".integrations", ".integrations.custom_logger", ".proxy", ".proxy.proxy_server"]
for name in NAMES:
    sys.modules["litellm" + name] = types.ModuleType("litellm" + name)
sys.modules["litellm.proxy.proxy_server"].llm_router = types.SimpleNamespace(get_model_names=lambda: list(GROUPS))
sys.modules["litellm.integrations.custom_logger"].CustomLogger = CustomLogger
spec = importlib.util.spec_from_file_location(MODULE, HOOK)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
hook = getattr(module, INSTANCE)


def call(params, messages):
    """Calls the model for real, as a deployment of the proxy would be."""
    body = json.dumps({"model": params["model"].removeprefix("openai/"), "messages": messages}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {params['api_key']}"}
    request = urllib.request.Request(f"{params['api_base']}/chat/completions", body, headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


async def answer(data, fails=False):
    """A request on its way through the proxy: pre-call hook, the call, then one of the two callbacks."""
    data = await hook.async_pre_call_hook(None, None, data, "acompletion")
    group = data["model"]
    metadata = {**data.get("metadata", {}), "model_group": group}
    kwargs = {"model": group, "litellm_params": {"metadata": metadata}, "response_cost": 0.002}
    began = datetime.datetime.now()
    try:
        answered = call(NOBODY if fails else GROUPS[group], data["messages"])
    except urllib.error.HTTPError as error:
        kwargs["exception"] = error
        await hook.async_log_failure_event(kwargs, None, began, datetime.datetime.now())
    else:
        response = types.SimpleNamespace(usage=types.SimpleNamespace(**answered["usage"]))
        await hook.async_log_success_event(kwargs, response, began, datetime.datetime.now())
    return {"model": group, "fallbacks": data.get("fallbacks"), "decision": metadata.get("pointsman_decision")}


def asked(model):
    parts = [{"type": "text", "text": "Name a river."}]
    return {"model": model, "messages": [{"role": "user", "content": parts}]}


async def forms():
    """Calls that come in other forms: how each is told of its decision, and by what it was chosen."""
    found = {}
    for form, data in {
        "responses": {"model": "auto", "input": "Name a river.", "litellm_metadata": {"user": "ada"}},
        "completion": {"model": "auto", "prompt": "Name a river."},
        "empty": {"model": "auto", "messages": []},
    }.items():
        told = await hook.async_pre_call_hook(None, None, data, form)
        field = told.get("litellm_metadata") or told.get("metadata") or {}
        found[form] = {"model": told["model"], "decided": "pointsman_decision" in field, "user": field.get("user")}
    return found


async def main():
    found = {
        "chosen": await answer(asked("auto")),
        "by_policy": await answer(asked("auto:latency")),
        "failed": await answer(asked("auto"), fails=True),
        "named": await answer(asked("lab/small")),
        "refused": await answer(asked("auto:nobody")),
    }
    # Pointsman knows more LLMs than the proxy has groups.
    large = GROUPS.pop("lab/large", None)
    found["fewer"] = await answer(asked("auto"))
    if large:
        GROUPS["lab/large"] = large
    found["forms"] = await forms()
    url, module.URL = module.URL, "http://127.0.0.1:9"
    found["alone"] = await answer(asked("auto:latency"))
    # It is left alone for a moment, and asked again after it.
    module.URL = url
    found["still"] = await answer(asked("auto"))
    hook._away_until = 0
    found["back"] = await answer(asked("auto"))
    print(json.dumps(found))


asyncio.run(main())
