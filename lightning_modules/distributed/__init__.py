"""Runs of several processes: sharded models, exact batch statistics, the loss of a peer."""
