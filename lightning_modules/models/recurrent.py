"""Recurrent cells written out, and layers of them over sequences of any length.

Elman (1990), Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000), and Cho
et al. (2014) in the form that torch and cuDNN compute. Parameters carry the names and shapes of
torch's modules, so state dicts go both ways. In the comments, G counts gates: 1, 4 or 3.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.errors import BadInput

CellName = Literal["rnn", "lstm", "gru"]
State = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM; each (N, H)


def rnn_step(inputs: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> State:
    """`h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`.

    Args:
        inputs: `W_ih x + b_ih`, (N, H): it does not wait for the state.
        state: h (N, H).
        weight_hh: (H, H).
        bias_hh: (H,).
    """
    (h,) = state
    return (torch.tanh(inputs + F.linear(h, weight_hh, bias_hh)),)


def lstm_step(inputs: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> State:
    """`c' = f c + i g; h' = o tanh(c')`: what the cell c holds stays unless f says forget.

    The gates are `i, f, o = sigmoid(...)` and the candidate `g = tanh(...)`, each of
    `W_ih x + b_ih + W_hh h + b_hh`.

    Args:
        inputs: `W_ih x + b_ih`, (N, 4H), in the order i, f, g, o.
        state: h and c, each (N, H).
        weight_hh: (4H, H).
        bias_hh: (4H,).
    """
    h, c = state
    i, f, g, o = (inputs + F.linear(h, weight_hh, bias_hh)).chunk(4, dim=1)  # each (N, H)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def gru_step(inputs: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> State:
    """`h' = (1 - z) n + z h`: update gate z keeps, candidate n replaces.

    `r, z = sigmoid(...)`, and `n = tanh(W_in x + b_in + r (W_hn h + b_hn))`: the reset gate r says
    how much of the past the candidate sees.

    Args:
        inputs: `W_ih x + b_ih`, (N, 3H), in the order r, z, n.
        state: h (N, H).
        weight_hh: (3H, H).
        bias_hh: (3H,).
    """
    (h,) = state
    r_x, z_x, n_x = inputs.chunk(3, dim=1)  # each (N, H)
    r_h, z_h, n_h = F.linear(h, weight_hh, bias_hh).chunk(3, dim=1)  # each (N, H)
    z = torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * n_h)
    return (n + z * (h - n),)


STEPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
STATES = {"rnn": 1, "lstm": 2, "gru": 1}


class Cell(nn.Module):
    """One step of a recurrent network: `nn.RNNCell`, `nn.LSTMCell` or `nn.GRUCell`.

    Args:
        cell: which.
        input_size: D.
        hidden_size: H.
    """

    def __init__(self, cell: CellName, input_size: int, hidden_size: int) -> None:
        super().__init__()
        rows = GATES[cell] * hidden_size
        bound = hidden_size**-0.5
        self.step = STEPS[cell]
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size).uniform_(-bound, bound))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size).uniform_(-bound, bound))
        self.bias_ih = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        self.bias_hh = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))

    def forward(self, x: Tensor, state: State) -> State:
        """Input (N, D) and state (each (N, H)) to the next state."""
        inputs = F.linear(x, self.weight_ih, self.bias_ih)  # (N, G*H)
        return self.step(inputs, state, self.weight_hh, self.bias_hh)


class Recurrent(nn.Module):
    """Layers of cells over time: `nn.RNN`, `nn.LSTM` or `nn.GRU` with `batch_first=True`.

    Args:
        cell: which.
        input_size: D.
        hidden_size: H.
        num_layers: each takes the states of the one below as its inputs.
    """

    def __init__(
        self, cell: CellName, input_size: int, hidden_size: int, num_layers: int = 1
    ) -> None:
        super().__init__()
        if cell not in get_args(CellName):
            raise BadInput(f"cell '{cell}': choose one of {', '.join(get_args(CellName))}")
        self.cell, self.hidden_size, self.num_layers = cell, hidden_size, num_layers
        for layer in range(num_layers):
            size = hidden_size if layer else input_size
            for name, parameter in Cell(cell, size, hidden_size).named_parameters():
                self.register_parameter(f"{name}_l{layer}", parameter)

    def initial_state(self, x: Tensor) -> State:
        """Zeros (L, N, H) for inputs (N, ...): h, and c of an LSTM."""
        shape = self.num_layers, len(x), self.hidden_size
        dtype = self.get_parameter("weight_hh_l0").dtype
        return tuple(x.new_zeros(shape, dtype=dtype) for _ in range(STATES[self.cell]))

    def forward(
        self, x: Tensor, state: State | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Runs every sequence from its state.

        Args:
            x: (N, T, D).
            state: each (L, N, H); zeros where none is given.
            lengths: (N,), how many steps of each sequence count. The state stands still after
                them, so that padding has no effect; outputs there repeat the last one.

        Returns:
            The last layer's h at each time (N, T, H), and the state after the last, each (L, N, H).
        """
        state = self.initial_state(x) if state is None else state
        last = []
        for layer in range(self.num_layers):
            x, after = self._layer(layer, x, tuple(part[layer] for part in state), lengths)
            last.append(after)
        return x, tuple(torch.stack(parts) for parts in zip(*last, strict=True))

    def _layer(
        self, layer: int, x: Tensor, state: State, lengths: Tensor | None
    ) -> tuple[Tensor, State]:
        weight_ih, weight_hh, bias_ih, bias_hh = (
            self.get_parameter(f"{name}_l{layer}")
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        step = STEPS[self.cell]
        # what does not wait for the past, at all times in one product
        inputs = F.linear(x, weight_ih, bias_ih)  # (N, T, G*H)
        outputs = []
        for time, inputs_now in enumerate(inputs.unbind(dim=1)):
            new = step(inputs_now, state, weight_hh, bias_hh)
            if lengths is not None:
                running = (time < lengths).unsqueeze(1)  # (N, 1)
                new = tuple(
                    torch.where(running, after, before)
                    for after, before in zip(new, state, strict=True)
                )
            state = new
            outputs.append(state[0])
        return torch.stack(outputs, dim=1), state  # (N, T, H)
