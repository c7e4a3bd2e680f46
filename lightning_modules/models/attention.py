"""Attention written out: each position takes from the others what answers its question.

A. Vaswani et al., "Attention is all you need" (2017), with the normalisation before each sublayer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def causal_mask(length: int, device: torch.device | str = "cpu") -> Tensor:
    """(T, T), true where position t (row) may look: at itself and what came before it."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def attention_weights(query: Tensor, key: Tensor, mask: Tensor | None = None) -> Tensor:
    """`softmax(Q K^T / sqrt(D))`: how much each query takes of each key; rows sum to 1.

    Args:
        query: (..., T, D).
        key: (..., S, D).
        mask: (..., T, S), true where the query may look; everywhere without one. A query that may
            look nowhere gets zeros.

    Returns:
        (..., T, S).
    """
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5  # (..., T, S)
    if mask is None:
        return scores.softmax(dim=-1)
    scores = scores.masked_fill(~mask, -torch.inf)
    nowhere = ~mask.any(dim=-1, keepdim=True)  # (..., T, 1)
    return scores.masked_fill(nowhere, 0.0).softmax(dim=-1).masked_fill(nowhere, 0.0)


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> Tensor:
    """The values (..., S, E) weighed by `attention_weights`: (..., T, E). Equation 1."""
    return attention_weights(query, key, mask) @ value


class MultiHeadAttention(nn.Module):
    """Self-attention in several heads, each in its own share of the channels (section 3.2.2).

    Args:
        width: channels D, a multiple of `num_heads`.
        num_heads: heads.
    """

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.in_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Inputs (N, T, D) to outputs (N, T, D) and weights (N, h, T, T), into which mask fits."""
        n, t, width = x.shape
        heads = self.in_proj(x).view(n, t, 3, self.num_heads, width // self.num_heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # each (N, h, T, D/h)
        weights = attention_weights(query, key, mask)  # (N, h, T, T)
        mixed = (weights @ value).transpose(1, 2).reshape(n, t, width)  # (N, T, D)
        return self.out_proj(mixed), weights


class TransformerBlock(nn.Module):
    """Attention, then a two-layer network at each position; both add to what came in.

    Args:
        width: channels D.
        num_heads: of the attention.
        dropout: probability of dropping what a sublayer adds.
    """

    def __init__(self, width: int, num_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = MultiHeadAttention(width, num_heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(N, T, D) to (N, T, D), and the attention's weights (N, h, T, T)."""
        mixed, weights = self.attention(self.norm1(x), mask)
        x = x + self.dropout(mixed)
        return x + self.dropout(self.mlp(self.norm2(x))), weights


class Transformer(nn.Module):
    """A stack of blocks over embedded tokens whose places are learned vectors.

    Args:
        num_tokens: tokens that there are.
        width: channels D.
        num_heads: of each block.
        num_layers: blocks.
        max_length: places that there are; no sequence may be longer.
        dropout: of each block.
    """

    def __init__(
        self,
        num_tokens: int,
        width: int,
        num_heads: int,
        num_layers: int,
        max_length: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, width)
        self.places = nn.Embedding(max_length, width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)
        self.blocks = nn.ModuleList(
            TransformerBlock(width, num_heads, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Tokens (N, T) to features (N, T, D) and the last block's attention (N, h, T, T)."""
        length = tokens.shape[1]
        if length > self.places.num_embeddings:
            raise ValueError(f"{length} tokens; there are {self.places.num_embeddings} places")
        x = self.embedding(tokens) + self.places.weight[:length]  # (N, T, D)
        weights = x.new_zeros(0)
        for block in self.blocks:
            x, weights = block(x, mask)
        return self.norm(x), weights
