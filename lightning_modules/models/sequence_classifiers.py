"""Networks that read a sequence of tokens of any length and say which class it belongs to."""

from __future__ import annotations

from torch import Tensor, nn

from lightning_modules.models.attention import Transformer
from lightning_modules.models.recurrent import CellName, Recurrent

PAD = 0  # the token that fills rows up behind shorter sequences


class RecurrentClassifier(nn.Module):
    """Embedding, recurrent layers, logits from the state after the last real token.

    Args:
        num_tokens: tokens that there are, `PAD` included.
        num_classes: C.
        cell: `rnn`, `lstm` or `gru`.
        embedding_size: D.
        hidden_size: H.
        num_layers: recurrent layers.
        dropout: probability of dropping an input of the last layer.
    """

    def __init__(
        self,
        num_tokens: int,
        num_classes: int,
        cell: CellName = "lstm",
        embedding_size: int = 16,
        hidden_size: int = 64,
        num_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.num_tokens = num_tokens
        self.embedding = nn.Embedding(num_tokens, embedding_size)
        self.recurrent = Recurrent(cell, embedding_size, hidden_size, num_layers)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (N, T) to logits (N, C)."""
        lengths = (tokens != PAD).sum(dim=1)  # (N,)
        _, state = self.recurrent(self.embedding(tokens), lengths=lengths)
        return self.head(self.dropout(state[0][-1]))  # (N, C)


class AttentionClassifier(nn.Module):
    """A transformer without a mask but for padding; logits from the mean over real tokens.

    Args:
        num_tokens: tokens that there are, `PAD` included.
        num_classes: C.
        width: channels.
        num_heads: of each block.
        num_layers: blocks.
        max_length: of a sequence.
        dropout: of each block.
    """

    def __init__(
        self,
        num_tokens: int,
        num_classes: int,
        width: int = 32,
        num_heads: int = 2,
        num_layers: int = 1,
        max_length: int = 16,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.num_tokens = num_tokens
        self.transformer = Transformer(
            num_tokens, width, num_heads, num_layers, max_length, dropout
        )
        self.head = nn.Linear(width, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (N, T) to logits (N, C)."""
        real = tokens != PAD  # (N, T)
        h, _ = self.transformer(tokens, real[:, None, None, :])  # (N, T, width)
        count = real.sum(dim=1, keepdim=True).clamp(min=1)
        mean = (h * real.unsqueeze(2)).sum(dim=1) / count  # (N, width)
        return self.head(mean)

    def attention(self, tokens: Tensor) -> Tensor:
        """The last block's weights (N, h, T, T)."""
        return self.transformer(tokens, (tokens != PAD)[:, None, None, :])[1]
