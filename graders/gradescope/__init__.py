"""Gradescope's autograder: what is uploaded there, and what runs there."""
