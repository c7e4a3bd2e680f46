"""What counting reaches on the sets of this lesson: python course/12_sequences/ngram_baseline.py

Kneser-Ney models of order 1 to 7, in bits per character on the validation and the test set, counted
on the very splits that the networks train on.
"""

from __future__ import annotations

from lightning_modules.datamodules.names import NUM_TOKENS, PAD, Names
from lightning_modules.datamodules.text import Shakespeare
from lightning_modules.models.ngram import NGram

Texts = dict[str, list[list[int]]]


def shakespeare() -> tuple[Texts, int]:
    data = Shakespeare()
    texts = {split: [text.tolist()] for split, text in data.tokens().items()}
    return texts, data.num_tokens


def names() -> tuple[Texts, int]:
    """Each name between two edges, of which the first is given."""
    data = Names("next")
    data.setup("fit")
    texts = {}
    loaders = {"train": data.train_dataloader(), "val": data.val_dataloader()}
    for split, loader in {**loaders, "test": data.test_dataloader()}.items():
        rows = zip(loader.inputs.tolist(), loader.targets.tolist(), strict=True)
        texts[split] = [[x[0], *(t for t in y if t != PAD)] for x, y in rows]
    return texts, NUM_TOKENS


def main() -> None:
    for title, (texts, num_tokens) in (("names", names()), ("shakespeare", shakespeare())):
        for order in range(1, 8):
            model = NGram(order, num_tokens).fit(*texts["train"])
            mean = {}
            for split in ("val", "test"):
                # the first token of each text is given, not predicted
                bits = [bit for text in texts[split] for bit in model.bits(text)[1:]]
                mean[split] = sum(bits) / len(bits)
            print(f"{title}, order {order}: val {mean['val']:.3f}, test {mean['test']:.3f} bits")


if __name__ == "__main__":
    main()
