"""Fine-tuning: how much of a pretrained network to train further, when, and how fast."""

from __future__ import annotations

import warnings
from typing import Any, cast

from lightning_modules.errors import BadInput
from lightning_modules.lightning_internals import allow_unused_parameters
from lightning_modules.tasks.classification import Classification
from lightning_modules.transfer.backbone import Backbone


class FineTuning(Classification):
    """Trains a new head and the last stages below it.

    Stage by stage, from the head down: what lies close to the head fits the old task most and has
    most to learn; what lies close to the image (edges, colours) suits any. J. Howard and S. Ruder,
    "Universal language model fine-tuning for text classification" (2018), section 3.3, have both
    the falling rates and the unfreezing over time.

    Args:
        model: stages and a head.
        retrain: how many stages are trained, counted from the head; 0 trains the head alone.
        rate_decay: a stage's learning rate is that of the one above it times this.
        unfreeze_every: epochs until one more stage joins; 0: all that are trained start at once.
        classification: loss and optimisation, as `Classification` takes them.

    Raises:
        BadInput: one of these is out of range.
    """

    def __init__(
        self,
        model: Backbone,
        retrain: int = 5,
        rate_decay: float = 1.0,
        unfreeze_every: int = 0,
        **classification: Any,
    ) -> None:
        super().__init__(model, **classification)
        num_stages = len(model.stages)
        if not 0 <= retrain <= num_stages:
            raise BadInput(f"retrain is {retrain}; it must be from 0 to {num_stages}, the stages")
        if not 0 < rate_decay <= 1:
            raise BadInput(f"rate_decay is {rate_decay}; it must be above 0 and at most 1")
        if unfreeze_every < 0:
            raise BadInput(f"unfreeze_every is {unfreeze_every}; it must not be negative")
        self.retrain, self.rate_decay, self.unfreeze_every = retrain, rate_decay, unfreeze_every
        model.freeze(num_stages - retrain)

    @property
    def backbone(self) -> Backbone:
        return cast(Backbone, self.model)

    def num_trained(self, epoch: int) -> int:
        """How many stages are trained in an epoch, counted from 0."""
        if not self.unfreeze_every:
            return self.retrain
        return min(self.retrain, epoch // self.unfreeze_every)

    def setup(self, stage: str) -> None:
        # frozen stages are meant to be in evaluation mode
        warnings.filterwarnings("ignore", message=r"Found \d+ module\(s\) in eval mode")
        # every parameter that is ever trained must be known to the processes' exchange of
        # gradients, which then has to find out which of them took part in a step
        if self.unfreeze_every:
            allow_unused_parameters(self.trainer)

    def on_train_start(self) -> None:
        self._freeze()  # a run resumed in mid-epoch begins no epoch

    def on_train_epoch_start(self) -> None:
        super().on_train_epoch_start()
        self._freeze()

    def _freeze(self) -> None:
        self.backbone.freeze(len(self.backbone.stages) - self.num_trained(self.current_epoch))

    def parameter_groups(self) -> list[dict[str, Any]]:
        """The head, then the stages that are trained, each with its learning rate."""
        rate = self.learning_rate
        groups = [{"name": "head", "params": list(self.backbone.head.parameters()), "lr": rate}]
        for depth in range(1, self.retrain + 1):
            rate *= self.rate_decay
            stage = len(self.backbone.stages) - depth
            parameters = list(self.backbone.stages[stage].parameters())
            groups.append({"name": f"stage{stage}", "params": parameters, "lr": rate})
        return groups
