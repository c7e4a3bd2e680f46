"""What happens around training steps: seeding, stopping, saving, reports.

Imported here, they can be named in a config without their module, as Lightning's own can.
"""

from lightning_modules.callbacks.compiling import Compile
from lightning_modules.callbacks.guards import SaveOnInterrupt, StopOnNonFinite
from lightning_modules.callbacks.layer_statistics import LayerStatistics
from lightning_modules.callbacks.learning_rate import StepRates
from lightning_modules.callbacks.linear_probe import LinearProbe
from lightning_modules.callbacks.predictions import InOrder, Predictions, PredictionsCsv
from lightning_modules.callbacks.progress import TimedProgressBar
from lightning_modules.callbacks.representation_reports import CodeSpace, Reconstructions
from lightning_modules.callbacks.sequence_reports import AttentionMaps, ForecastFigure, TextSamples
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.callbacks.wandb_report import WandbReport
from lightning_modules.callbacks.whitening import Whiten

__all__ = [
    "AttentionMaps",
    "CodeSpace",
    "Compile",
    "ForecastFigure",
    "InOrder",
    "LayerStatistics",
    "LinearProbe",
    "Predictions",
    "PredictionsCsv",
    "Reconstructions",
    "SaveOnInterrupt",
    "StepRates",
    "StepSeed",
    "StopOnNonFinite",
    "TextSamples",
    "TimedProgressBar",
    "WandbReport",
    "Whiten",
]
