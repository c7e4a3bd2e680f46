"""What a worker does with one run of an experiment. It imports torch once and keeps its parser."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

import torch
import yaml
from jsonargparse import ActionConfigFile, Namespace
from lightning.pytorch import LightningDataModule, LightningModule, Trainer, seed_everything
from lightning.pytorch.cli import LightningArgumentParser
from threadpoolctl import threadpool_limits

import lightning_modules.datamodules.augmentation  # configs may then say `class_path: Flip`
import lightning_modules.regularization  # noqa: F401  and `class_path: L1`
from course.config_errors import instantiation_line, misfit_line, one_line
from course.jsonargparse_internals import counts_before_shares
from lightning_modules.errors import BadInput
from lightning_modules.experiments.plan import Job
from lightning_modules.experiments.records import Record, rounded, thinned
from lightning_modules.experiments.training import Measured, find_function, quiet, train

OF_MEASURES = "measures."
PACKAGES = ("torch", "lightning", "numpy", "dlcourse")


def perform(job: Job) -> Record:
    """The record of a run, with what it measured, or why it failed."""
    began = time.process_time()
    try:
        with _threads(job.threads):
            measured = _call(job) if job.function else _train(job)
    except Exception as error:
        return replace(job.record, error=_line(error), versions=_versions(job.threads))
    return replace(
        job.record,
        metrics={name: rounded(value) for name, value in measured.metrics.items()},
        curves={
            name: thinned(*curve, job.curves[name], job.log_x)
            for name, curve in measured.curves.items()
            if name in job.curves
        },
        seconds=round(time.process_time() - began, 2),
        versions=_versions(job.threads),
    )


def _call(job: Job) -> Measured:
    options: dict[str, Any] = {}
    for layer in job.record.settings:
        options |= layer
    return find_function(job.function)(seed=job.record.seed, **options)


def _train(job: Job) -> Measured:
    quiet()
    given = {key: value for key, value in job.config.items() if key != "seed_everything"}
    arguments = ["--config", yaml.safe_dump(given)]
    measures = {name: dict(options) for name, options in job.measures.items()}
    for layer in job.record.settings:
        for key, value in layer.items():
            if key.startswith(OF_MEASURES):
                name, _, option = key.removeprefix(OF_MEASURES).rpartition(".")
                measures[name][option] = value
            else:
                arguments.append(_argument(key, value))
    seed_everything(job.record.seed, verbose=False)
    # a copy: what is built turns the dicts inside of lists into its own
    built = _parser().instantiate(deepcopy(_parsed(tuple(arguments))))
    return train(built.model, built.data, dict(built.trainer), measures)


@lru_cache(maxsize=1)  # the seeds of an arm come one after the other, of the same options
def _parsed(arguments: tuple[str, ...]) -> Namespace:
    parser = _parser()
    try:
        return parser.parse_args(list(arguments))
    except Exception as error:
        known = list(parser.get_defaults().keys())
        raise BadInput(one_line(str(error), known)) from error


def _argument(key: str, value: Any) -> str:
    return f"--{key}={value if isinstance(value, str) else json.dumps(value)}"


@cache
def _parser() -> LightningArgumentParser:
    """Takes what `dlcourse fit` takes."""
    parser = LightningArgumentParser(exit_on_error=False)
    parser.add_argument("--config", action=ActionConfigFile)
    parser.add_lightning_class_args(Trainer, "trainer")
    counts_before_shares(parser)
    parser.add_lightning_class_args(LightningModule, "model", subclass_mode=True)
    parser.add_lightning_class_args(LightningDataModule, "data", subclass_mode=True)
    # experiments are sized for processors, and compare what one of them computes
    parser.set_defaults({"trainer.accelerator": "cpu", "trainer.devices": 1})
    parser.set_defaults({"trainer.log_every_n_steps": 10})
    return parser


@contextmanager
def _threads(count: int) -> Any:
    """As many threads as asked for: sums come out the same only where they are cut the same."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        with threadpool_limits(count):  # NumPy's BLAS
            yield
    finally:
        torch.set_num_threads(before)


def _versions(threads: int) -> dict[str, str]:
    found = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found, "cpu": _cpu(), "threads": str(threads)}


@cache
def _cpu() -> str:
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()} x{os.cpu_count()}"


def _line(error: Exception) -> str:
    text = misfit_line(error) or instantiation_line(str(error))
    return " ".join(f"{type(error).__name__}: {text}".split())[:300]
