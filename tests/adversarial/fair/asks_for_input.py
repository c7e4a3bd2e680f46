"""Asks for input in a cell of its own."""

# <solution>

# %%
name = input("your name: ")

# %%
import getpass

getpass.getpass()
