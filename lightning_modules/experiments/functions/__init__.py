"""Experiments that no config can say: one pure function a file."""
