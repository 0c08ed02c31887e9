#!/usr/bin/python3
"""Writes a network's state_dict as PyTorch has it, as safetensors and npz, and what the network makes of its inputs.

    apt-get install python3-torch && tests/parity/make_weights.py
"""
import json
import pathlib
import struct

import numpy
import torch
from torch import nn

DATA = pathlib.Path(__file__).parent / "data"


def main():
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 3), nn.LeakyReLU(0.02), nn.LayerNorm(3), nn.Linear(3, 2, bias=False), nn.Sigmoid())
    network[2].weight.data = torch.tensor([0.5, 1.5, -2.0])  # not its starting values, which every LayerNorm has
    network[2].bias.data = torch.tensor([0.25, 0.0, -1.0])
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    x = torch.arange(20, dtype=torch.float32).view(5, 4) / 8 - 1

    header, numbers = {}, b""
    for name, array in state.items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": (len(numbers), len(numbers) + array.nbytes)}
        numbers += array.tobytes()
    text = json.dumps(header).encode()
    (DATA / "weights.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + numbers)
    numpy.savez(DATA / "weights.npz", **state)
    numpy.savez(DATA / "weights_outputs.npz", x=x.numpy(), y=network(x).detach().numpy())


if __name__ == "__main__":
    main()
