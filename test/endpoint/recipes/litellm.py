"""Calls `scripts/litellm/pointsman_hook.py` as LiteLLM's proxy does, with a stand-in for its base class; prints JSON.

    python3 litellm.py HOOK PROVIDER

HOOK is the file; PROVIDER the base URL of a provider. `lab/small` and `lab/large` are the proxy's model groups, `auto` the
one for when Pointsman can't be asked.
"""

import asyncio
import datetime
import importlib.util
import json
import sys
import types
import urllib.error
import urllib.request

HOOK, PROVIDER = sys.argv[1:]
GROUPS = {"lab/small": "small", "lab/large": "large", "auto": "small"}


class CustomLogger:
    """What LiteLLM's class of that name has of use here: a constructor without arguments."""


for name in ["litellm", "litellm.integrations", "litellm.integrations.custom_logger"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["litellm.integrations.custom_logger"].CustomLogger = CustomLogger
spec = importlib.util.spec_from_file_location("pointsman_hook", HOOK)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
hook = module.pointsman_hook


def call(model, messages):
    """Calls the model for real, as a model group of the proxy would be."""
    body = json.dumps({"model": model, "messages": messages}).encode()
    request = urllib.request.Request(f"{PROVIDER}/chat/completions", body, {"content-type": "application/json"})
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
        answered = call("nobody" if fails else GROUPS[group], data["messages"])
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


async def main():
    found = {
        "chosen": await answer(asked("auto")),
        "by_policy": await answer(asked("auto:latency")),
        "failed": await answer(asked("auto"), fails=True),
        "named": await answer(asked("lab/small")),
    }
    module.URL = "http://127.0.0.1:9"
    found["alone"] = await answer(asked("auto:latency"))
    print(json.dumps(found))


asyncio.run(main())
