"""Networks as plain `nn.Module`s, one family per file: inputs in, logits out."""
