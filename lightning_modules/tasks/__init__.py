"""Tasks: what is optimised and what is measured, whatever the network."""
