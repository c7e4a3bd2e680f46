"""Optimizers and learning-rate schedules: written out to learn from, and by name to train with."""
