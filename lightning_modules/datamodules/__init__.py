"""Data sets: where they come from, how they are kept, and how batches of them reach a model."""
