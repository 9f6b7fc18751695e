"""HANConv of PyTorch Geometric in the shape that RouteProfile publishes (768 features, hidden 256, 2 layers, 4 heads), on a
graph that step.ts wrote: full-batch epochs of predicting every logged score by a product of LLM and query."""

import json
import sys
import time

import torch
import torch_geometric
from torch_geometric.nn import HANConv

from tensors import load, peak_mb

FILE, EPOCHS, FEATURES, HIDDEN, HEADS = sys.argv[1], int(sys.argv[2]), 768, 256, 4
torch.set_num_threads(2)
torch.manual_seed(1)
t = load(FILE)
llm, query, score, task = t["llm"].long(), t["query"].long(), t["score"], t["task"].long()
sizes = {"llm": int(llm.max()) + 1, "query": len(task), "task": int(task.max()) + 1}
x = {kind: torch.randn(size, FEATURES) / FEATURES**0.5 for kind, size in sizes.items()}
of = torch.arange(len(task))
edges = {
    ("llm", "answers", "query"): torch.stack([llm, query]), ("query", "answered", "llm"): torch.stack([query, llm]),
    ("query", "is", "task"): torch.stack([of, task]), ("task", "has", "query"): torch.stack([task, of]),
}
metadata = (list(x), list(edges))
layers = torch.nn.ModuleList([HANConv(FEATURES, HIDDEN, metadata, heads=HEADS), HANConv(HIDDEN, HIDDEN, metadata, heads=HEADS)])
optimizer = torch.optim.AdamW(layers.parameters(), lr=3e-3)
times = []
for _ in range(EPOCHS):
    begun = time.perf_counter()
    optimizer.zero_grad()
    states = x
    for layer in layers:
        states = layer(states, edges)
    logits = (states["llm"][llm] * states["query"][query]).sum(1)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, score)
    loss.backward()
    optimizer.step()
    times.append(time.perf_counter() - begun)
print(json.dumps({"seconds": sorted(times)[len(times) // 2], "loss": loss.item(), "peakMb": peak_mb(), "pyg": torch_geometric.__version__}))
