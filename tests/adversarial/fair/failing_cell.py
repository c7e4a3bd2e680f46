"""A cell of its own experiments fails, before and after the work.

notes: cell|line
"""

# %%
import a_package_that_is_not_there

# %%
1 / 0

# %%
# <solution>

# %%
data = open("my_data.csv").read()

# %%
assert 1 + 1 == 3, "my own test fails"
