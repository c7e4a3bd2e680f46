"""Which character comes next? Networks that read tokens and give logits of the one after each."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lightning_modules.models.attention import Transformer, causal_mask
from lightning_modules.models.recurrent import CellName, Recurrent, State


class RecurrentLanguageModel(nn.Module):
    """Embedding, recurrent layers, logits.

    Args:
        num_tokens: V.
        cell: `rnn`, `lstm` or `gru`.
        embedding_size: D.
        hidden_size: H.
        num_layers: recurrent layers.
        dropout: probability of dropping an input of the last layer.
    """

    max_length: int | None = None  # the state remembers what came before, however long ago

    def __init__(
        self,
        num_tokens: int,
        cell: CellName = "lstm",
        embedding_size: int = 32,
        hidden_size: int = 128,
        num_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.num_tokens = num_tokens
        self.embedding = nn.Embedding(num_tokens, embedding_size)
        self.recurrent = Recurrent(cell, embedding_size, hidden_size, num_layers)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Tokens (N, T) and a state to logits (N, T, V) and the state after the last token."""
        h, state = self.recurrent(self.embedding(tokens), state)  # (N, T, H)
        return self.head(self.dropout(h)), state


class AttentionLanguageModel(nn.Module):
    """A transformer in which each place sees itself and what came before it.

    Args:
        num_tokens: V.
        width: channels.
        num_heads: of each block.
        num_layers: blocks.
        max_length: tokens that it can look at.
        dropout: of each block.
    """

    def __init__(
        self,
        num_tokens: int,
        width: int = 128,
        num_heads: int = 4,
        num_layers: int = 2,
        max_length: int = 64,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.num_tokens = num_tokens
        self.max_length: int | None = max_length
        self.transformer = Transformer(
            num_tokens, width, num_heads, num_layers, max_length, dropout
        )
        self.head = nn.Linear(width, num_tokens)

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Tokens (N, T) to logits (N, T, V); it carries no state, so it gives an empty one."""
        mask = causal_mask(tokens.shape[1], tokens.device)
        h, _ = self.transformer(tokens, mask)  # (N, T, width)
        return self.head(h), ()

    def attention(self, tokens: Tensor) -> Tensor:
        """The last block's weights (N, h, T, T)."""
        return self.transformer(tokens, causal_mask(tokens.shape[1], tokens.device))[1]


@torch.no_grad()
def sample(
    model: RecurrentLanguageModel | AttentionLanguageModel,
    start: Tensor,
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draws tokens one after the other, each from `softmax(logits / temperature)`.

    Args:
        model: gives the logits.
        start: (N, T), what is there already.
        length: tokens to draw.
        temperature: below 1 likely tokens become likelier.
        generator: on the CPU, where tokens are drawn: the same on every device.

    Returns:
        (N, T + length).
    """
    tokens, state, seen = start, None, start
    for _ in range(length):
        logits, state = model(seen, state or None)  # (N, ..., V)
        probabilities = (logits[:, -1].float().cpu() / temperature).softmax(dim=1)  # (N, V)
        drawn = torch.multinomial(probabilities, 1, generator=generator).to(start.device)  # (N, 1)
        tokens = torch.cat([tokens, drawn], dim=1)
        seen = drawn if state else tokens[:, -(model.max_length or 0) :]
    return tokens
