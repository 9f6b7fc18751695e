"""What the peers share: reading a safetensors file of float32 tensors, and this process's peak of memory."""

import json
import resource
import struct

import torch


def load(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = bytearray(file.read())
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(body, dtype=torch.float32, count=(end - begin) // 4, offset=begin) if end > begin else torch.zeros(0)
        out[name] = flat.reshape(entry["shape"]).clone()
    return out


def peak_mb():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
