"""What the sandbox of an assignment holds beside the standard library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Distributions to show and modules to import before any student's code runs."""

    distributions: tuple[str, ...]
    """What students may import, with all that these require."""
    packages: tuple[str, ...]
    """How import statements call these."""
    imports: tuple[str, ...]
    """What the warm parent imports once, so that no submission pays for it."""


NUMPY = Profile(
    distributions=("numpy",),
    packages=("numpy",),
    imports=("numpy", "numpy.fft", "numpy.random"),  # NumPy loads these at first use: 20 ms
)
TORCH = Profile(
    distributions=("torch", "lightning", "torchvision"),
    packages=("numpy", "torch", "lightning", "torchmetrics", "torchvision"),
    imports=("graders.sandbox.tools",),
)
