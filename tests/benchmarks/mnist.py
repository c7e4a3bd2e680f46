"""The race to 99.0 % on MNIST: `python tests/benchmarks/mnist.py [--seeds 5] [--peer-seeds 1]`.

Ours is `dlcourse fit` with the shipped recipe, timed from the command to its end (imports, data and
validation included); its last checkpoint is then tested, untimed. The peer is the program that most
people begin with, PyTorch's MNIST example, written anew with its published settings: two
convolutions, two dropouts, Adadelta at rate 1, batches of 64 through a DataLoader, a rate times 0.7
each epoch; timed from its first import until a test after an epoch finds 99.0 %.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOAL = 0.99
MAX_EPOCHS = 14  # the example's own default


def ours(seed: int, folder: Path) -> tuple[float, float]:
    """Seconds of the fit and accuracy on the test set."""
    config = ROOT / "course/05_convolutions/mnist_fast.yaml"
    course = [sys.executable, "-m", "course"]
    fit = ["fit", "--config", config, "--seed_everything", str(seed), "--run_dir", folder / "fit"]
    started = time.perf_counter()
    subprocess.run([*course, *fit], check=True, capture_output=True, cwd=ROOT)
    seconds = time.perf_counter() - started
    test = ["test", "--config", folder / "fit/config.yaml", "--run_dir", folder / "test"]
    checkpoint = folder / "fit/checkpoints/last.ckpt"
    subprocess.run(
        [*course, *test, "--ckpt_path", checkpoint], check=True, capture_output=True, cwd=ROOT
    )
    with (folder / "test/metrics.csv").open() as file:
        return seconds, float(next(csv.DictReader(file))["test_acc"])


def peer(seed: int) -> None:
    """The example; prints the seconds and the accuracy of each epoch."""
    started = time.perf_counter()
    import torch
    from pictures import Pictures
    from torch import nn
    from torch.nn import functional as F
    from torch.utils.data import DataLoader

    from lightning_modules.datamodules.store import load

    arrays = load("mnist")

    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3),  # (N, 32, 26, 26)
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),  # (N, 64, 24, 24)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 64, 12, 12)
        nn.Dropout(0.25),
        nn.Flatten(),  # (N, 9216)
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    )
    optimizer = torch.optim.Adadelta(net.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    train, test = (
        Pictures(arrays[f"{split}_images"], arrays[f"{split}_labels"])
        for split in ("train", "test")
    )
    training = DataLoader(train, batch_size=64, shuffle=True)
    testing = DataLoader(test, batch_size=1000)
    for _ in range(MAX_EPOCHS):
        net.train()
        for x, y in training:
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        schedule.step()
        net.eval()
        with torch.no_grad():
            right = sum(int((net(x).argmax(1) == y).sum()) for x, y in testing)
        accuracy = right / 10_000
        print(time.perf_counter() - started, accuracy, flush=True)
        if accuracy >= GOAL:
            return


def race_of_peer(seed: int) -> tuple[float, list[float]]:
    """Seconds until the goal, and the accuracy after each epoch."""
    command = [sys.executable, __file__, "--as-peer", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    lines = [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
    return lines[-1][0], [accuracy for _, accuracy in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peer-seeds", type=int, default=1)
    parser.add_argument("--as-peer", type=int, metavar="SEED", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer is not None:
        peer(options.as_peer)
        return
    times, accuracies = [], []
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            seconds, accuracy = ours(seed, Path(folder))
        times.append(seconds)
        accuracies.append(accuracy)
        print(f"ours, seed {seed}: {accuracy:.2%} in {seconds:.1f} s", flush=True)
    time_, accuracy = statistics.median(times), statistics.median(accuracies)
    print(f"ours, median of {len(times)} seeds: {accuracy:.2%} in {time_:.1f} s")
    peers = []
    for seed in range(options.peer_seeds):
        seconds, epochs = race_of_peer(seed)
        peers.append(seconds)
        told = ", ".join(f"{accuracy:.2%}" for accuracy in epochs)
        print(f"PyTorch's example, seed {seed}: {told} in {seconds:.1f} s", flush=True)
    print(f"{statistics.median(peers) / time_:.1f} times faster")


if __name__ == "__main__":
    main()
