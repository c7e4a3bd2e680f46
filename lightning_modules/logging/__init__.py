"""Where a run's numbers, pictures and texts go: its folder, and Weights & Biases."""
