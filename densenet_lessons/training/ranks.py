"""The processes that train one net together: who this one is, and how they speak."""

import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed, nn

from densenet_lessons.training.devices import pick_device

#: Seconds that processes wait for each other at the start, and between two looks.
PATIENCE, PAUSE = 1800.0, 0.05


@dataclass(frozen=True)
class Ranks:
    """This process among ``count``: its ``rank`` over all machines, and on its own machine."""

    rank: int
    count: int
    local_rank: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the one that writes and prints."""
        return self.rank == 0

    def sum(self, values: Sequence[float]) -> list[float]:
        """Each value, added up over the processes."""
        total = torch.tensor(values, dtype=torch.float64, device="cpu")
        if self.device.type == "cuda":
            total = total.to(self.device)
        if self.count > 1:
            distributed.all_reduce(total)
        return total.tolist()

    def share(self, read: Callable[[], Any]) -> Any:
        """What ``read`` returns in the first process, in all of them; or its error, in all."""
        if self.count == 1:
            return read()
        told: list[Any] = [None, None]
        if self.first:
            try:
                told[0] = read()
            except (ValueError, RuntimeError, OSError) as error:
                told[1] = error
        distributed.broadcast_object_list(told, src=0)
        if told[1] is not None:
            raise told[1]
        return told[0]

    def in_turn(self, work: Callable[[], Any]) -> Any:
        """The result of ``work``, done first by one process of each machine, then by the rest."""
        if self.count > 1 and self.local_rank != 0:
            distributed.barrier()
        result = work()
        if self.count > 1 and self.local_rank == 0:
            distributed.barrier()
        return result

    def same_buffers(self, net: nn.Module) -> None:
        """Give all processes the first one's running statistics."""
        if self.count > 1:
            for buffer in net.buffers():
                distributed.broadcast(buffer, src=0)


@contextmanager
def all_ranks(device: str | None = None) -> Iterator[Ranks]:
    """The processes that ``torchrun`` started, or this one alone.

    Args:
        device: "cpu" or "cuda"; None for the fastest.

    Raises:
        ValueError: if the device is not there.
    """
    count, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    local = int(os.environ.get("LOCAL_RANK", 0))
    kind = pick_device().type if device is None else device
    if kind == "cuda" and local >= torch.cuda.device_count():
        raise ValueError(
            f"device must be cpu, or there must be a GPU for each process of a machine, got cuda "
            f"for process {local + 1} and {torch.cuda.device_count()} GPUs"
        )
    if kind == "mps" and count > 1:
        kind = "cpu"  # there is no backend for several processes on mps
    chosen = torch.device(kind, local) if kind == "cuda" else torch.device(kind)
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    if count > 1:
        store, _, _ = next(distributed.rendezvous("env://", rank, count))
        distributed.init_process_group(
            "nccl" if kind == "cuda" else "gloo",
            store=of_this_start(store, rank, count), rank=rank, world_size=count,
        )  # fmt: skip
    try:
        yield Ranks(rank, count, local, chosen)
    finally:
        if count > 1:
            distributed.destroy_process_group()


def of_this_start(store: distributed.Store, rank: int, count: int) -> distributed.Store:
    """A part of the store that the processes of this start, and no earlier ones, have agreed on.

    ``torchrun`` keeps one store over its restarts. Processes that were started again would find
    the addresses of those that are gone there, and wait for them. So each leaves a token of its
    own; the first process proposes all tokens that it finds, and they go on when each has found
    its own among them.
    """
    token = uuid.uuid4().hex
    store.set(f"token/{rank}", token)
    for _ in range(int(PATIENCE / PAUSE)):
        left = [f"token/{other}" for other in range(count)]
        if rank == 0 and store.check(left):
            store.set("proposed", ",".join(store.get(key).decode() for key in left))
        if store.check(["proposed"]):
            tokens = store.get("proposed").decode().split(",")
            start = hashlib.sha256("".join(tokens).encode()).hexdigest()
            if len(tokens) == count and tokens[rank] == token:
                store.set(f"{start}/agreed/{rank}", "yes")
            agreed = [f"{start}/agreed/{other}" for other in range(count)]
            if rank == 0 and store.check(agreed):
                store.set(f"{start}/go", "yes")
            if tokens[rank : rank + 1] == [token] and store.check([f"{start}/go"]):
                return distributed.PrefixStore(start, store)
        time.sleep(PAUSE)
    raise RuntimeError(f"the {count} processes did not find each other within {PATIENCE:g} s")
