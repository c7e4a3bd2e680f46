"""Networks as plain `nn.Module`s, one family a file: inputs in, logits out."""
