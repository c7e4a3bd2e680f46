# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # NAME: features on one scale
#
# A feature in metres and one in millimetres say the same, but weigh differently in everything that
# adds features up. *Standardising* takes the unit away: from each column of `x` its mean $\mu_j$ is
# taken, and the rest is divided by the standard deviation $\sigma_j$.
#
# $$z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j}$$
#
# Write the function where it says `YOUR CODE HERE` and run the cell below it.

# %%
import numpy as np

if __name__ == "__main__":
    from graders.students.check import check_cell

# %% [markdown]
# ## 1. Standardise
#
# *Worked.* The column $(1, 3)$ has mean 2 and standard deviation 1, and becomes $(-1, 1)$. A column
# whose numbers are all the same has standard deviation 0: it becomes zeros.


# %% nbgrader={"grade": false, "grade_id": "standardise-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def standardise(x: np.ndarray) -> np.ndarray:
    """The columns of x with mean 0 and standard deviation 1.

    Args:
        x: (N, D) N examples of D features.

    Returns:
        z: (N, D); a column whose numbers are all the same is zeros.
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=0)
    spread = x.std(axis=0)
    return centred / np.where(spread > 0, spread, 1.0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "standardise", "locked": true, "points": 100, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("NAME", task="standardise", namespace=globals())
