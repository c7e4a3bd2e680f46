"""torch's optimizers and learning-rate schedules by the names that a config file uses."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable
from typing import Any, Literal, get_args

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR, StepLR

from lightning_modules.errors import BadInput
from lightning_modules.optim.muon import Muon

OptimizerName = Literal["SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "RMSprop", "NAdam", "Muon"]
ScheduleName = Literal["constant", "warmup", "linear", "cosine", "step", "one_cycle"]


def build_optimizer(
    name: str, parameters: Iterable[Any], learning_rate: float, **options: Any
) -> Optimizer:
    """`torch.optim.<name>(parameters, lr=learning_rate, **options)`, with errors a reader can use.

    `parameters` are parameters, or groups of them with options of their own.

    Raises:
        BadInput: torch's optimizer has no such name or option, or refuses its value.
    """
    if name not in get_args(OptimizerName):
        raise BadInput(f"optimizer '{name}': choose one of {', '.join(get_args(OptimizerName))}")
    # torch's Muon refuses the filters of convolutions
    optimizer_class = Muon if name == "Muon" else getattr(torch.optim, name)
    allowed = [key for key in inspect.signature(optimizer_class).parameters if key != "params"]
    for key in options:
        if key not in allowed or key == "lr":
            raise BadInput(
                f"optimizer_args.{key}: {name} takes {', '.join(k for k in allowed if k != 'lr')}"
            )
    try:
        return optimizer_class(parameters, lr=learning_rate, **options)
    except (ValueError, TypeError) as error:
        raise BadInput(f"optimizer {name}: {error}") from error


class OneCycle(OneCycleLR):
    """torch's, but a run that goes on for more or fewer steps follows the cycle of that length.

    The other schedules do so by themselves.
    """

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        own = self.state_dict()
        kept = {key: own[key] for key in ("total_steps", "_schedule_phases")}
        super().load_state_dict({**state_dict, **kept})


def build_schedule(
    name: str,
    optimizer: Optimizer,
    total_steps: float,
    warmup_steps: int = 0,
    pct_start: float = 0.3,
    step_size: int = 1000,
    gamma: float = 0.1,
) -> LRScheduler:
    """A schedule that is stepped once after each optimizer step.

    Args:
        name: `constant`; `warmup`: a linear rise, then constant; `linear`: the same rise, then
            linearly down to 0; `cosine`: the same rise, then half a cosine down to 0 (Loshchilov
            and Hutter 2017, equation 5, without restarts); `step`: times `gamma` every `step_size`
            steps; `one_cycle`: up for `pct_start` of the steps, then down (Smith and Topin 2018),
            with the optimizer's rate as the peak; momentum, or Adam's beta1, goes the other way,
            from 0.95 to 0.85 and back, whatever the optimizer's own.
        optimizer: whose learning rate is scheduled.
        total_steps: optimizer steps of the whole run; `math.inf` where it has no end.
        warmup_steps: length of the rise, in steps.
        pct_start: share of the steps in which `one_cycle` rises.
        step_size: steps between two drops of `step`.
        gamma: factor of a drop.

    Raises:
        BadInput: there is no such schedule, it needs an end, or an option is out of range.
    """
    limits = {
        "warmup_steps": (warmup_steps, 0, math.inf),
        "pct_start": (pct_start, 0, 1),
        "step_size": (step_size, 1, math.inf),
        "gamma": (gamma, 0, math.inf),
    }
    for key, (value, low, high) in limits.items():
        if not isinstance(value, int | float) or not low <= value <= high:
            upper = f"from {low} to {high}" if high < math.inf else f"of at least {low}"
            raise BadInput(f"schedule_args.{key} is {value}; it must be a number {upper}")
    if name not in get_args(ScheduleName):
        raise BadInput(f"schedule '{name}': choose one of {', '.join(get_args(ScheduleName))}")
    if name in ("linear", "cosine", "one_cycle") and total_steps == math.inf:
        raise BadInput(f"schedule {name} needs an end: set trainer.max_epochs or trainer.max_steps")
    if name == "one_cycle":
        peak = [group["lr"] for group in optimizer.param_groups]
        steps = max(1, int(total_steps))  # a run of none has a schedule, too
        return OneCycle(optimizer, max_lr=peak, total_steps=steps, pct_start=pct_start)
    if name == "step":
        return StepLR(optimizer, step_size=step_size, gamma=gamma)
    rise = warmup_steps if name != "constant" else 0

    def factor(step: int) -> float:
        if step < rise:
            return (step + 1) / rise
        if name in ("constant", "warmup"):
            return 1.0
        progress = min(1.0, (step - rise) / max(1, total_steps - rise))
        return 1 - progress if name == "linear" else 0.5 * (1 + math.cos(math.pi * progress))

    return LambdaLR(optimizer, factor)


def check_options(
    optimizer: str,
    optimizer_args: dict,
    schedule: str,
    schedule_args: dict,
    learning_rate: float = 1.0,
) -> None:
    """Builds both on one throw-away parameter, so that a bad config fails before any work.

    Raises:
        BadInput: names the key and what is allowed.
    """
    parameter = nn.Parameter(torch.zeros(1))
    probe = build_optimizer(optimizer, [parameter], learning_rate, **optimizer_args)
    allowed = list(inspect.signature(build_schedule).parameters)[3:]
    for key in schedule_args:
        if key not in allowed:
            raise BadInput(f"schedule_args.{key}: schedules take {', '.join(allowed)}")
    build_schedule(schedule, probe, total_steps=100, **schedule_args)
