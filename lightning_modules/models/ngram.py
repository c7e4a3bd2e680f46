"""What counting gives: an n-gram model, to see what a network adds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

Context = tuple[int, ...]


class NGram:
    """Interpolated Kneser-Ney: each count gives up a discount, which shorter contexts share out.

    `p(c | h) = (max(n(h c) - D, 0) + D N(h) p(c | h')) / n(h)`, where h' is h without its first
    token, N(h) how many tokens were seen after h, and n counts occurrences at the longest context
    and below it how many different tokens stood in front (Kneser and Ney 1995; Chen and Goodman
    1999, section 2.7). D is theirs, `n_1 / (n_1 + 2 n_2)`, one for each length. Below the shortest
    context lies `1 / num_tokens`.

    Args:
        order: n; a context has up to n - 1 tokens.
        num_tokens: tokens that there are.
    """

    def __init__(self, order: int, num_tokens: int) -> None:
        self.order, self.num_tokens = order, num_tokens
        self._counts: list[dict[Context, Counter[int]]] = []
        self._totals: list[dict[Context, int]] = []
        self._discounts: list[float] = []

    def fit(self, *texts: Sequence[int]) -> NGram:
        """Counts in texts of tokens; contexts do not reach from one into the next."""
        grams: Counter[Context] = Counter()
        for text in texts:
            tokens = tuple(text)
            grams.update(
                tokens[max(0, end - self.order) : end] for end in range(1, len(tokens) + 1)
            )
        # a gram that is short because its text had just begun counts at its own length, too
        self._counts, self._totals, self._discounts = [], [], []
        lower: Counter[Context] = Counter()
        for length in range(self.order, 0, -1):
            here = Counter({gram: n for gram, n in grams.items() if len(gram) == length}) + lower
            lower = Counter(gram[1:] for gram in here if length > 1)
            counts: dict[Context, Counter[int]] = defaultdict(Counter)
            for gram, n in here.items():
                counts[gram[:-1]][gram[-1]] += n
            of_counts = Counter(here.values())
            self._counts.insert(0, dict(counts))
            self._totals.insert(0, {context: c.total() for context, c in counts.items()})
            ones, twos = of_counts[1], of_counts[2]
            self._discounts.insert(0, ones / (ones + 2 * twos) if ones and twos else 0.5)
        return self

    def probability(self, context: Sequence[int], token: int) -> float:
        """Of `token` after `context`, of which the last n - 1 tokens count."""
        probability = 1 / self.num_tokens
        longest = min(len(context), self.order - 1)
        for length in range(longest + 1):
            h = tuple(context[len(context) - length :])
            seen = self._counts[length].get(h)
            if seen is None:
                break  # no longer context was seen either
            discount, n = self._discounts[length], seen.get(token, 0)
            shared = discount * len(seen) * probability
            probability = (max(n - discount, 0.0) + shared) / self._totals[length][h]
        return probability

    def bits(self, text: Sequence[int]) -> list[float]:
        """Surprise at each token of a text, `-log2 p`."""
        context = self.order - 1
        return [
            -math.log2(self.probability(text[max(0, place - context) : place], token))
            for place, token in enumerate(text)
        ]
