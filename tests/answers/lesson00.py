"""Lesson 00: dense_step."""

import torch

from .judged import right, wrong

right("dense_step")(lambda x, layer: torch.cat((x, layer(x)), dim=-3))
right("dense_step")(lambda x, layer: torch.hstack([x, layer(x)]))
right("dense_step")(lambda x, layer: torch.concatenate([x.clone(), layer(x.clone())], axis=1))
right("dense_step")(lambda x, layer: torch.cat([*x.split(1, dim=1), layer(x)], 1))


def in_place(x, layer):
    new = layer(x)
    return torch.cat([x.mul_(1.5), new], 1)


for why, told, made in [
    ("adds", ("adds",), lambda x, layer: layer(x) + x),
    ("new channels alone", ("forgets",), lambda x, layer: layer(x)),
    ("dimension 0", ("joins_the_images",), lambda x, layer: torch.cat([x, layer(x)], 0)),
    ("rows", (), lambda x, layer: torch.cat([x, layer(x)], 2)),
    ("new first", ("new_first",), lambda x, layer: torch.cat([layer(x), x], 1)),
    ("x twice", (), lambda x, layer: torch.cat([x, x], 1)),
    ("the layer twice", (), lambda x, layer: torch.cat([layer(x), layer(x)], 1)),
    ("a list", (), lambda x, layer: [x, layer(x)]),
    ("x is overwritten", (), in_place),
    ("cut from the graph", (), lambda x, layer: torch.cat([x, layer(x.detach())], 1)),
    ("all cut from the graph", (), lambda x, layer: torch.cat([x, layer(x)], 1).detach()),
    ("a ReLU", (), lambda x, layer: torch.cat([x, layer(x)], 1).relu()),
    ("a stack", ("stacks",), lambda x, layer: torch.stack([x, layer(x)], 1)),
    ("the first image alone", (), lambda x, layer: torch.cat([x, layer(x)], 1)[:1]),
    ("the layer isn't called", (), lambda x, layer: torch.cat([x, layer], 1)),
    ("float32 alone", (), lambda x, layer: torch.cat([x, layer(x)], 1).float()),
]:
    wrong("dense_step", why, *told)(made)
