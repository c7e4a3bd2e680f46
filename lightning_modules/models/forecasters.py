"""What comes next in a series of numbers: two rules without parameters, and a network."""

from __future__ import annotations

from torch import Tensor, nn

from lightning_modules.models.recurrent import CellName, Recurrent


def naive(past: Tensor, horizon: int) -> Tensor:
    """The last value of (N, T), for ever: (N, H)."""
    return past[:, -1:].expand(-1, horizon)


def seasonal_naive(past: Tensor, horizon: int, period: int) -> Tensor:
    """What was a period ago: the last `period` values of (N, T), over and over, (N, H)."""
    if period > past.shape[1]:
        raise ValueError(f"a period of {period} does not fit into {past.shape[1]} values")
    season = past[:, -period:]  # (N, period)
    return season.repeat(1, -(-horizon // period))[:, :horizon]


class RecurrentForecaster(nn.Module):
    """Reads the past, then says at once how each future value differs from the last one.

    Args:
        horizon: H, values to forecast.
        cell: `rnn`, `lstm` or `gru`.
        hidden_size: of the state.
        stride: values read per step, side by side; must divide the length of the past.
        scale: what the network sees is divided by it, so that it is about 1.
    """

    def __init__(
        self,
        horizon: int,
        cell: CellName = "gru",
        hidden_size: int = 32,
        stride: int = 1,
        scale: float = 100.0,
    ) -> None:
        super().__init__()
        self.stride, self.scale = stride, scale
        self.recurrent = Recurrent(cell, stride, hidden_size)
        self.head = nn.Linear(hidden_size, horizon)

    def forward(self, past: Tensor) -> Tensor:
        """(N, T) to (N, H), in the series' own unit."""
        steps = (past / self.scale).unflatten(1, (-1, self.stride))  # (N, T/stride, stride)
        _, state = self.recurrent(steps)
        return past[:, -1:] + self.scale * self.head(state[0][-1])
