"""Models too large for one device: parameters, gradients and optimizer state cut over all of them.

Each process keeps its part, gathers a layer's parameters just before the layer needs them, and gets
its part of the summed gradients after it: stage 3 of S. Rajbhandari et al., "ZeRO: memory
optimizations toward training trillion parameter models" (2020), as torch's `fully_shard` does it.
"""

from __future__ import annotations

import lightning.pytorch as pl
from lightning.pytorch.strategies import ModelParallelStrategy
from torch import nn
from torch.distributed.device_mesh import DeviceMesh


class FullySharded(ModelParallelStrategy):
    """One model over many GPUs or CPUs, for any task.

    `--trainer.strategy lightning_modules.distributed.sharding.FullySharded`

    Checkpoints hold whole tensors, so they load on any number of devices and without this.
    """

    def __init__(self) -> None:
        super().__init__(tensor_parallel_size=1, save_distributed_checkpoint=False)

    def setup_environment(self) -> None:
        self._data_parallel_size = self.num_nodes * self.num_processes
        super().setup_environment()

    def setup(self, trainer: pl.Trainer) -> None:
        module = self.lightning_module
        assert module is not None
        shard(module, self.device_mesh["data_parallel"])
        # Lightning insists that the module did it in this hook
        module.configure_model = lambda: None  # type: ignore[method-assign]
        super().setup(trainer)


def shard(model: nn.Module, mesh: DeviceMesh) -> None:
    """Cuts a model, in place, over the processes of a mesh of one dimension.

    Units that are gathered as a whole are the members of each `nn.Sequential` and `nn.ModuleList`,
    then what is left of the model.
    """
    from torch.distributed.fsdp import fully_shard

    for module in model.modules():
        if isinstance(module, nn.Sequential | nn.ModuleList):
            for layer in module:
                container = type(layer) in (nn.Sequential, nn.ModuleList)
                if not container and next(layer.parameters(), None) is not None:
                    fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)
