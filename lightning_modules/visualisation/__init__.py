"""Figures of runs and of what networks learn."""
