"""Uses the client for Python against a real service, and prints as JSON what it met.

    python3 python_client.py URL GATEWAY

GATEWAY is a gateway before the service that refuses the first two requests with 503.
"""

import json
import sys
from collections.abc import Callable
from itertools import islice
from typing import Any

from pointsman import Pointsman, PointsmanProblem, types

QUERY = "A train leaves Ghent at 9:40. When does it arrive?"
url, gateway = sys.argv[1:]
pointsman = Pointsman(url)


def problem(problem: PointsmanProblem) -> dict[str, Any]:
    fields = [issue["field"] for issue in problem.issues]
    return {"status": problem.status, "code": problem.code, "detail": str(problem), "fields": fields}


def routed() -> dict[str, Any]:
    chosen = pointsman.route(QUERY, policy="latency", task="trains")
    talk = pointsman.route([{"role": "user", "content": QUERY}], models=["lab/small"])
    seen = pointsman.get_decisions_id(chosen["decision_id"])
    listed = pointsman.get_route(query=QUERY, exclude=["lab/large"], explain=True)
    return {
        "models": [chosen["model"], *chosen["fallbacks"]],
        "talk": talk["model"],
        "policy": seen["policy"],
        "task": seen["task"],
        "listed": listed["model"],
        "explained": "explanation" in listed,
    }


def told() -> dict[str, Any]:
    decision = pointsman.route(QUERY)["decision_id"]
    one: types.InteractionFeedback = {"decision_id": decision, "score": 0.5}
    first = pointsman.feedback(one, idempotency_key="python-once")
    again = pointsman.feedback(one, idempotency_key="python-once")
    many = pointsman.feedback([{"decision_id": decision, "thumb": "up"}, {"decision_id": decision, "score": 1}])
    outcomes = pointsman.get_decisions_id(decision)["outcomes"]
    return {"first": first, "again": again, "signals": many.get("signals"), "outcomes": len(outcomes)}


def paged() -> dict[str, Any]:
    made = [pointsman.route(f"Query {i}", policy="cost")["decision_id"] for i in range(5)]
    read = [one["decision_id"] for one in islice(pointsman.decisions(policy="cost", limit=2), 5)]
    return {"same": read == made[::-1]}


def refused() -> dict[str, Any]:
    hi = {"model": "no/body", "messages": [{"role": "user", "content": "Hi"}]}
    asks: dict[str, Callable[[], object]] = {
        "policy": lambda: pointsman.route(QUERY, policy="nobody"),
        "field": lambda: pointsman.route(QUERY, min_quality=2),
        "job": lambda: list(pointsman.job_events("none")),
        "away": lambda: Pointsman("http://127.0.0.1:9").route(QUERY),
        "call": lambda: pointsman.post_chat_completions(hi),
        "again": lambda: Pointsman(gateway, retries=0).get_models(),
    }
    found = {}
    for name, ask in asks.items():
        try:
            ask()
        except PointsmanProblem as error:
            found[name] = problem(error)
    return found


def managed() -> dict[str, Any]:
    put = pointsman.put_models_id("lab/tiny", {"context_tokens": 1000})
    models = [model["id"] for model in pointsman.get_models()["models"]]
    pointsman.delete_models_id("lab/tiny")
    left = [model["id"] for model in pointsman.get_models()["models"]]
    return {"id": put["id"], "models": models, "left": left, "metrics": "pointsman_" in pointsman.get_metrics_at_root()}


def followed() -> dict[str, Any]:
    job = pointsman.post_retrain({})["job_id"]
    events = list(pointsman.job_events(job))
    asked = None
    for event in pointsman.events():
        asked = asked or pointsman.route("What is the newest query?")["decision_id"]
        if event.event == "decisions" and asked in [one["decision_id"] for one in event.data["decisions"]]:
            break
    *before, last = events
    return {"names": sorted({event.event for event in before}), "last": last.event, "job": last.data["job_id"] == job}


# Before anything is known that could be learned from.
events = followed()
# The gateway refuses two requests: the first is the one that is not sent again, the second that of one that is.
refusals = refused()
repeated = len(Pointsman(gateway).get_models()["models"])
print(
    json.dumps(
        {
            "routed": routed(),
            "told": told(),
            "paged": paged(),
            "refused": refusals,
            "repeated": repeated,
            "managed": managed(),
            "followed": events,
        }
    )
)
