"""The training step of src/training/step.ts in PyTorch, on the tensors of one step that step.ts wrote."""

import json
import sys
import time

import torch
import torch.nn.functional as F

from tensors import load, peak_mb

FILE, STEPS, HOPS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
RECORD_STRENGTH, TASK_STRENGTH, TASK_PRIOR_RANGE, QUERY_GAIN, LOGIT_MARGIN, MEANING_SHARE = 40, 10, 0.1, 7.35, 0.02, 0.5
STAND_IN, TASK_WEIGHT, RATE, DECAY, BETA1, BETA2, EPSILON = 0.2, 1.5, 3e-3, 0.3, 0.9, 0.999, 1e-8

t = load(FILE)
p = {name[len("weights/"):]: x.clone().requires_grad_() for name, x in t.items() if name.startswith("weights/")}
d = {name[len("declared/"):]: x for name, x in t.items() if name.startswith("declared/")}
MESSAGES = [
    ("family-llm", "llm", "family", "llmFamily"), ("task-llm", "llm", "task", "llmTask"), ("benchmark-llm", "llm", "task", "llmBenchmark"),
    ("query-llm", "llm", "llmQueries", None), ("llm-family", "family", "llm", "familyLlm"), ("domain-task", "task", "domain", "taskDomain"),
    ("query-task", "task", "taskQueries", None), ("task-domain", "domain", "task", "domainTask"),
]


def query_states(features):
    return F.silu(features @ p["query/kernel"] * QUERY_GAIN + p["query/bias"])


def mean_rows(weights, known):
    return weights / known.sum(1, keepdim=True).clamp(min=1)


def unit_rows(x):
    return x / torch.sqrt((x * x).sum(1, keepdim=True) + 1e-6)


def logit(x):
    q = x.clamp(LOGIT_MARGIN, 1 - LOGIT_MARGIN)
    return torch.log(q / (1 - q))


def message_passing(hop, states, sums, matrices):
    following = dict(states)
    for kind, state in states.items():
        if state.shape[0] == 0:
            continue
        messages = []
        for name, to, source, matrix in MESSAGES:
            if to != kind or (source in states and states[source].shape[0] == 0):
                continue
            summed = sums[source] if matrix is None else matrices[matrix] @ states[source]
            messages.append(summed @ p[f"hop{hop}/{name}/kernel"])
        if messages:
            query = p[f"hop{hop}/{kind}/attention"]
            attention = torch.softmax(torch.cat([(torch.tanh(m) * query).sum(1, keepdim=True) for m in messages], 1), 1)
            mixed = sum(m * attention[:, r : r + 1] for r, m in enumerate(messages))
            following[kind] = state + torch.tanh(mixed + p[f"hop{hop}/{kind}/bias"])
    return following


def loss():
    support = query_states(t["support/features"]) * t["support/stateMask"]
    scores, known, tasks = t["support/scores"], t["support/known"], t["support/tasks"]
    moments = {"scored": (scores * known).T @ support, "answered": known.T @ support, "answers": known.sum(0, keepdim=True).T, "task": tasks.T @ support, "members": tasks.sum(0, keepdim=True).T}

    embed = lambda text, kernel: torch.tanh(d[text] @ p[kernel])
    first = {"llm": torch.tanh(d["llmFacts"] @ p["llm/kernel"] + p["llm/bias"]), "family": embed("familyText", "family/kernel"), "task": embed("taskText", "task/kernel"), "domain": embed("domainText", "domain/kernel")}
    prior = torch.sigmoid(first["llm"] @ p["prior/kernel"] + p["prior/bias"])
    total, count, task_sum, task_count = t["records/sum"], t["records/count"], t["records/taskSum"], t["records/taskCount"]
    recorded = lambda x: (x + prior * RECORD_STRENGTH) / (count + RECORD_STRENGTH)
    offset = (task_sum - task_count * recorded(total)).sum(0, keepdim=True) / (task_count.sum(0, keepdim=True) + TASK_STRENGTH)
    mean = recorded(total - task_count @ offset.T)
    on_tasks = (task_sum + mean * TASK_STRENGTH) / (task_count + TASK_STRENGTH)
    benchmarks, benchmark_known = d["benchmarks"], d["benchmarkKnown"]
    benchmark_mean = mean_rows(benchmarks.sum(1, keepdim=True), benchmark_known)
    matrices = {**d, "llmTask": mean_rows((on_tasks - mean) * 4, torch.sign(task_count)), "llmBenchmark": mean_rows((benchmarks - benchmark_mean) * benchmark_known * 4, benchmark_known)}
    sums = {"llmQueries": (moments["scored"] - moments["answered"] * mean) * 4 / (moments["answers"] + 1), "taskQueries": moments["task"] / (moments["members"] + 1)}
    states = first
    for hop in range(HOPS):
        states = message_passing(hop, states, sums, matrices)
    matched = (states["llm"] @ p["task_prior/llm/kernel"]) @ (states["task"] @ p["task_prior/task/kernel"]).T
    task_benchmarks = benchmarks.sum(0, keepdim=True) / benchmark_known.sum(0, keepdim=True).clamp(min=1)
    advantage = torch.tanh(matched) * TASK_PRIOR_RANGE + (benchmarks - task_benchmarks) * benchmark_known * p["task_prior/benchmark"]
    task_record = (task_sum + (mean + offset + advantage) * TASK_STRENGTH) / (task_count + TASK_STRENGTH)
    answered = torch.sign(count)
    start, end = (int(x) for x in t["space/semantic/range"])
    semantic = unit_rows(t["target/encoded"][:, start:end] - t["space/semantic/mean"]) @ t["space/semantic/basis"].T
    expected_of, of_task, of_known = t["expected"], t["target/tasks"], t["target/known"]
    explained = (expected_of[:, None] @ t["messages/perTask"])[:, 0]
    residuals = (t["target/scores"] - torch.cat([of_task, 1 - of_task.sum(1, keepdim=True)], 1) @ expected_of.T) * of_known
    residual = (t["messages/scored"] - explained - residuals.T @ semantic) * answered
    square = t["messages/square"] - of_known.T @ (semantic * semantic)
    message = residual / (square + torch.exp(p["semantic/ridge"]))

    target = query_states(t["target/features"]) * t["target/stateMask"]
    keys = unit_rows(states["task"] @ p["task_key/kernel"] + sums["taskQueries"] @ p["task_key/queries/kernel"] + p["task_key/bias"])
    asked = unit_rows(target @ p["task_query/kernel"] + p["task_query/bias"])
    task_logits = asked @ keys.T * torch.exp(p["task_temperature"]) + t["taskMask"]
    attention = torch.softmax(task_logits, 1)
    by_task = attention @ task_record.T
    places, anchors = torch.cat([unit_rows(semantic) * MEANING_SHARE**0.5, t["target/style"]], 1), t["anchors/anchors"]
    distance = (places * places).sum(1, keepdim=True) + (anchors * anchors).sum(1) - 2 * places @ anchors.T
    near = torch.exp(-F.relu(distance)) * (attention @ t["anchors/tasks"].T)
    usual = (message * answered).sum(0, keepdim=True) / answered.sum().clamp(min=1)
    weigh = lambda common, own, name: common * p[f"head/{name}/common"] + own * answered.T * p[f"head/{name}/own"]
    own, common = t["anchors/messages"][:, :-1], t["anchors/messages"][:, -1:]
    expected = by_task + semantic @ weigh(usual.T, (message - usual).T, "message") + near @ weigh(common, own, "neighbours")
    ones = torch.ones_like(by_task)
    features = torch.stack([logit(expected), logit(by_task), expected - expected.max(1, keepdim=True).values, ones * expected.mean(1, keepdim=True), ones * logit(mean).T], 2)
    hidden = torch.tanh(features @ p["head/hidden/kernel"] + p["head/hidden/bias"])
    logits = features[:, :, 0] * p["head/scale"] + (hidden @ p["head/out/kernel"] + p["head/out/bias"])[:, :, 0]

    weight = t["target/measured"] * (1 - STAND_IN) + t["target/known"] * STAND_IN
    each = F.softplus(logits) - logits * t["target/scores"]
    by_score = (each * weight).sum() / weight.sum().clamp(min=1)
    by_tasks = -(torch.log_softmax(task_logits, 1) * t["target/tasks"]).sum() / t["target/tasks"].sum().clamp(min=1)
    return by_score + by_tasks * TASK_WEIGHT


torch.set_num_threads(2)
moments = {name: (torch.zeros_like(x), torch.zeros_like(x)) for name, x in p.items()}
losses, times = [], []
for step in range(1, STEPS + 1):
    begun = time.perf_counter()
    value = loss()
    grads = torch.autograd.grad(value, list(p.values()), allow_unused=True)
    with torch.no_grad():
        rate = RATE * (1 - BETA2**step) ** 0.5 / (1 - BETA1**step)
        for (name, x), g in zip(p.items(), grads):
            if g is None:
                continue
            m, v = moments[name]
            m.mul_(BETA1).add_(g, alpha=1 - BETA1)
            v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
            if x.dim() == 2:
                x.mul_(1 - RATE * DECAY)
            x.sub_(rate * m / (v.sqrt() + EPSILON))
    losses.append(value.item())
    times.append(1000 * (time.perf_counter() - begun))
print(json.dumps({"losses": losses, "ms": sorted(times)[len(times) // 2], "peakMb": peak_mb(), "torch": torch.__version__}))
