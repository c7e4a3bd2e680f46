"""Optimizers and schedules: written out to learn from, by name to train with; least squares."""
