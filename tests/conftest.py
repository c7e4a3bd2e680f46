"""What all tests share."""

# jupytext teaches yaml's base class to write notebooks. jsonargparse, where it comes first, gives
# `SafeDumper` a table of its own, which that no longer reaches. No command needs both.
import jupytext  # noqa: F401
