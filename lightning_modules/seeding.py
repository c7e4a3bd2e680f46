"""Randomness that depends on the step alone, so that a resumed run draws what the whole run drew.

Instead of storing generator states, every consumer of random numbers (shuffling, augmentation,
dropout) takes a seed mixed from the run's seed and where in the run it is.
"""

from __future__ import annotations

import os

import torch

_MASK = (1 << 64) - 1


def run_seed() -> int:
    """The seed given by `seed_everything`, or 0 where it was not called."""
    return int(os.environ.get("PL_GLOBAL_SEED", "0"))


def mix(*parts: int) -> int:
    """A 63-bit seed from integers; any change of any part changes it without pattern.

    Each part goes through the finaliser of SplitMix64 (Steele, Lea and Flood, 2014, figure 15).
    """
    state = 0
    for part in parts:
        state = (state + 0x9E3779B97F4A7C15 + (part & _MASK)) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state >> 1


def seed_device(seed: int, device: torch.device) -> None:
    """Seeds torch's own generators of the CPU and of `device`: what dropout draws from."""
    # `torch.manual_seed` formats a stack trace per call where CUDA is not initialised: too slow
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
