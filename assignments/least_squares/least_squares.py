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
# # Least squares: fit a line, and know how far to trust it
#
# The linear model is the smallest neural network: one layer, no activation. It is also the only one
# whose best weights can be written down. This notebook writes them down, asks how sure one may be of
# them, looks at what happens when the data do not determine them, and then changes the question with
# a penalty, so that the answer becomes smaller (ridge) or sparser (lasso).
#
# | symbol | shape | meaning |
# |---|---|---|
# | `X` | `(N, D)` | `N` examples, `D` features; no column of ones |
# | `y` | `(N,)` | what to predict |
# | `beta` | `(D + 1,)` | **intercept first**, then one slope for each feature |
# | $A = [\mathbf 1, X]$ | `(N, D + 1)` | the features with a column of ones in front |
#
# The prediction is $\hat y = A \beta$. Write each function where it says `YOUR CODE HERE` and run the
# cell below it. No function may change the arrays that it is given.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. The best line
#
# *Best* means smallest sum of squared residuals, $\lVert y - A\beta \rVert^2$. Setting its gradient
# $-2 A^\top (y - A \beta)$ to zero gives the normal equations
#
# $$A^\top A\, \beta = A^\top y$$
#
# Read them as geometry: the residual $y - A\beta$ is at right angles to every column of $A$. So
# $A \beta$ is the point of the columns' span that lies nearest to $y$, its shadow.
#
# *Worked.* Points $(0, 1), (1, 3), (2, 5)$ lie on a line: $\beta = (1, 2)$, intercept 1 and slope 2.
#
# When columns of $A$ depend on each other (a feature in metres and the same in feet; more features
# than examples), many $\beta$ fit equally well. The predictions are still unique; the coefficients
# are not. A sound choice is the shortest such $\beta$, and that is what the pseudo-inverse gives:
# $\beta = A^+ y$, `np.linalg.pinv`.


# %% nbgrader={"grade": false, "grade_id": "fit_least_squares-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit_least_squares(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Coefficients with the smallest sum of squared residuals.

    Args:
        X: (N, D) features, of any rank.
        y: (N,) targets.

    Returns:
        beta: (D + 1,), intercept first; where several fit equally well, the one of smallest norm
        (intercept included).
    """
    ### BEGIN SOLUTION
    A = np.column_stack([np.ones(len(X)), X])  # (N, D + 1)
    return np.linalg.pinv(A) @ y
    ### END SOLUTION


# %%
if __name__ == "__main__":
    rng = np.random.default_rng(1)
    x = np.sort(rng.uniform(0, 10, 25))
    y = 2 + 0.7 * x + rng.standard_normal(25)
    beta = fit_least_squares(x[:, None], y)
    plt.figure(figsize=(6, 3))
    plt.vlines(x, beta[0] + beta[1] * x, y, color="lightgray", label="residuals")
    plt.plot(x, y, "o", markersize=4, label="data: 2 + 0.7 x + noise")
    plt.plot(x, beta[0] + beta[1] * x, label=f"fit: {beta[0]:.2f} + {beta[1]:.2f} x")
    plt.legend()
    plt.show()

# %% nbgrader={"grade": true, "grade_id": "fit_least_squares", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="fit_least_squares", namespace=globals())

# %% [markdown]
# ## 2. The hat matrix
#
# The predictions are linear in $y$: $\hat y = H y$, where $H = A A^+$ "puts the hat on $y$". It
# projects onto the span of the columns of $A$, so $HH = H$ (projecting twice changes nothing) and
# $H^\top = H$. Its trace is the rank of $A$, the number of parameters really in use, and $H_{ii}$ says
# how strongly example $i$ draws the fit to itself.
#
# *Worked.* Without any features ($D = 0$) the fit is the mean, and every entry of $H$ is $1/N$.


# %% nbgrader={"grade": false, "grade_id": "hat_matrix-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def hat_matrix(X: np.ndarray) -> np.ndarray:
    """The matrix that projects y onto the fitted values.

    Args:
        X: (N, D) features, of any rank; the intercept's column of ones is added here.

    Returns:
        H: (N, N).
    """
    ### BEGIN SOLUTION
    A = np.column_stack([np.ones(len(X)), X])  # (N, D + 1)
    return A @ np.linalg.pinv(A)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "hat_matrix", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="hat_matrix", namespace=globals())

# %% [markdown]
# ## 3. How sure?
#
# Suppose the model is true and each $y_i$ carries independent noise of variance $\sigma^2$. Measure
# again, and you get other coefficients. They scatter around the true ones with covariance
#
# $$\operatorname{Cov}(\hat\beta) = \sigma^2 (A^\top A)^{-1}$$
#
# The roots of its diagonal are the standard errors. *Worked*: without features it is the $1 \times 1$
# matrix $\sigma^2 / N$, the variance of a mean. Note where $X$ helps: features that vary much and
# independently of each other make $A^\top A$ large and the coefficients sure.


# %% nbgrader={"grade": false, "grade_id": "coefficient_covariance-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def coefficient_covariance(X: np.ndarray, sigma2: float) -> np.ndarray:
    """Covariance of the least-squares coefficients.

    Args:
        X: (N, D) features; [1, X] has full rank.
        sigma2: variance of the noise.

    Returns:
        (D + 1, D + 1), intercept first.
    """
    ### BEGIN SOLUTION
    A = np.column_stack([np.ones(len(X)), X])  # (N, D + 1)
    return sigma2 * np.linalg.inv(A.T @ A)
    ### END SOLUTION


# %% [markdown]
# A claim worth checking: draw new noise two thousand times, fit each time, and look at the scatter.

# %%
if __name__ == "__main__":
    X = x[:, None]
    betas = [fit_least_squares(X, 2 + 0.7 * x + rng.standard_normal(25)) for _ in range(2000)]
    print("covariance of 2000 fits:\n", np.cov(np.array(betas).T))
    print("the formula:\n", coefficient_covariance(X, 1.0))

# %% nbgrader={"grade": true, "grade_id": "coefficient_covariance", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="coefficient_covariance", namespace=globals())

# %% [markdown]
# ## 4. Ridge: pull the slopes towards zero
#
# With many features, or features that nearly repeat each other, least squares gets wild: huge slopes
# of opposite sign that cancel on the training data and nowhere else. Ridge charges for size:
#
# $$\min_{b_0, b} \; \sum_i (y_i - b_0 - x_i^\top b)^2 + \lambda \sum_{j=1}^{D} b_j^2$$
#
# The **intercept is not penalised**: shifting all of $y$ by 100 should shift the predictions by 100
# and change nothing else. Two ways to get there, choose one:
#
# - put $\lambda$ on the diagonal of $A^\top A$, except for the intercept's place, and solve;
# - or subtract the means of $X$ and $y$, solve $(X_c^\top X_c + \lambda I)\, b = X_c^\top y_c$, and
#   recover $b_0 = \bar y - \bar x^\top b$.
#
# *Worked.* $x = (-1, 0, 1)$, $y = (-2, 0, 2)$: $\sum x^2 = 2$ and $\sum xy = 4$, so the slope is
# $4 / (2 + \lambda)$. It is 2 for $\lambda = 0$, and 1 for $\lambda = 2$.


# %% nbgrader={"grade": false, "grade_id": "fit_ridge-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit_ridge(X: np.ndarray, y: np.ndarray, lam: float) -> np.ndarray:
    """Coefficients that minimise ``sum((y - b0 - X b)^2) + lam * sum(b^2)``.

    Args:
        X: (N, D) features.
        y: (N,) targets.
        lam: above 0, or 0 where [1, X] has full rank.

    Returns:
        beta: (D + 1,), intercept first; the intercept is not penalised.
    """
    ### BEGIN SOLUTION
    A = np.column_stack([np.ones(len(X)), X])  # (N, D + 1)
    penalty = lam * np.eye(A.shape[1])
    penalty[0, 0] = 0.0  # the intercept is free
    return np.linalg.solve(A.T @ A + penalty, A.T @ y)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fit_ridge", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="fit_ridge", namespace=globals())

# %% [markdown]
# ## 5. Soft thresholding
#
# The lasso, next, charges for $|b|$ where ridge charges for $b^2$. Its building block is the answer to
# a question in one dimension: which $b$ minimises $\tfrac12 (b - x)^2 + t\,|b|$?
#
# $$S(x, t) = \operatorname{sign}(x)\, \max(|x| - t,\, 0)$$
#
# Move towards 0 by $t$, and stop there. *Worked*, with $t = 1$: $3 \to 2$, $-3 \to -2$, $0.5 \to 0$.
# The corner of $|b|$ at 0 is what makes exact zeros.


# %% nbgrader={"grade": false, "grade_id": "soft_threshold-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def soft_threshold(x: np.ndarray, t: float) -> np.ndarray:
    """Move every entry towards 0 by t, and not past it; any shape."""
    ### BEGIN SOLUTION
    return np.sign(x) * np.maximum(np.abs(x) - t, 0.0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "soft_threshold", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="soft_threshold", namespace=globals())

# %% [markdown]
# ## 6. Lasso: choose the features that matter
#
# $$\min_{b_0, b} \; \frac{1}{2N} \sum_i (y_i - b_0 - x_i^\top b)^2 + \lambda \sum_{j=1}^{D} |b_j|$$
#
# (Mind the factor $\tfrac{1}{2N}$, which ridge above does not have. Both are the customs of the
# field.) There is no formula for the solution, but one coordinate at a time there is. Subtract the
# means of $X$ and $y$, so that the intercept drops out. With all slopes but $b_j$ held fixed, let
# $r$ be the residual *without* feature $j$'s part. Then the best $b_j$ is
#
# $$b_j = \frac{S\!\left(\tfrac1N x_j^\top r,\; \lambda\right)}{\tfrac1N x_j^\top x_j}$$
#
# *Coordinate descent* goes round all $j$, again and again, until nothing moves. (Any other method
# that arrives is fine: a gradient step on the smooth part, then soft thresholding by
# $\eta\lambda$, is the other classic.) At the end, $b_0 = \bar y - \bar x^\top b$.
#
# The largest useful $\lambda$ is $\max_j |x_j^\top y_c| / N$ (with centred $x_j$): from there on,
# all slopes are 0 and $b_0$ is the mean of $y$.


# %% nbgrader={"grade": false, "grade_id": "fit_lasso-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit_lasso(X: np.ndarray, y: np.ndarray, lam: float, num_steps: int = 1000) -> np.ndarray:
    """Coefficients that minimise ``sum((y - b0 - X b)^2) / (2 N) + lam * sum(|b|)``.

    Args:
        X: (N, D) features of similar scale; their means may lie anywhere.
        y: (N,) targets.
        lam: strength of the penalty.
        num_steps: rounds of coordinate descent (or steps of your method).

    Returns:
        beta: (D + 1,), intercept first, with exact zeros; the intercept is not penalised.
    """
    ### BEGIN SOLUTION
    centre = X.mean(axis=0)
    Xc, residual = X - centre, y - y.mean()
    b = np.zeros(X.shape[1])
    sizes = (Xc**2).mean(axis=0)
    for _ in range(num_steps):
        before = b.copy()
        for j in range(len(b)):
            correlation = (Xc[:, j] @ residual) / len(y) + sizes[j] * b[j]
            new = soft_threshold(correlation, lam) / sizes[j]
            residual = residual - Xc[:, j] * (new - b[j])
            b[j] = new
        if np.abs(b - before).max() < 1e-12:
            break
    return np.concatenate([[y.mean() - centre @ b], b])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fit_lasso", "locked": true, "points": 22, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="fit_lasso", namespace=globals())

# %% [markdown]
# ## 7. Curves with straight tools
#
# *Linear* means linear in the coefficients. Give the model $x, x^2, x^3, \dots$ as features and it
# fits curves. *Worked*: $x = 2$ with degree 3 becomes the row $(2, 4, 8)$. There is no column of ones:
# the intercept adds its own.


# %% nbgrader={"grade": false, "grade_id": "polynomial_features-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def polynomial_features(x: np.ndarray, degree: int) -> np.ndarray:
    """The powers of x as columns.

    Args:
        x: (N,) numbers.
        degree: highest power, at least 1.

    Returns:
        (N, degree): columns x, x^2, ..., x^degree.
    """
    ### BEGIN SOLUTION
    return x[:, None] ** np.arange(1, degree + 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "polynomial_features", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("least_squares", task="polynomial_features", namespace=globals())

# %% [markdown]
# A polynomial of degree 12 through 15 points: least squares follows the noise, ridge does not.

# %%
if __name__ == "__main__":
    rng = np.random.default_rng(3)
    x = np.linspace(-1, 1, 15)
    y = np.sin(3 * x) + 0.3 * rng.standard_normal(15)
    fine = np.linspace(-1, 1, 300)
    plt.figure(figsize=(6, 3))
    plt.plot(x, y, "o", markersize=4)
    plt.plot(fine, np.sin(3 * fine), "k:", label="truth")
    for label, beta in {
        "least squares": fit_least_squares(polynomial_features(x, 12), y),
        "ridge, lam = 0.1": fit_ridge(polynomial_features(x, 12), y, 0.1),
    }.items():
        plt.plot(fine, beta[0] + polynomial_features(fine, 12) @ beta[1:], label=label)
    plt.ylim(-2, 2)
    plt.legend()
    plt.show()

# %% [markdown]
# ## 8. Ten measurements and a disease
#
# 442 diabetes patients: age, sex, body mass index, blood pressure and six blood values, and a measure
# of how far the disease had progressed a year later. Three hundred patients to learn from, the others
# to be predicted. The inputs are standardised with the training patients' means and deviations, since
# a penalty depends on the units.

# %%
if __name__ == "__main__":
    with (course_root() / "data" / "diabetes.csv").open() as file:
        names = file.readline().strip().split(",")[:-1]
        table = np.loadtxt(file, delimiter=",")
    table = table[np.random.default_rng(0).permutation(len(table))]
    X, y = table[:, :-1], table[:, -1]
    X = (X - X[:300].mean(axis=0)) / X[:300].std(axis=0)
    X_train, y_train, X_test, y_test = X[:300], y[:300], X[300:], y[300:]

    def explained(beta: np.ndarray) -> float:
        """Share of the test patients' variance that the model explains."""
        residual = y_test - beta[0] - X_test @ beta[1:]
        return 1 - (residual**2).sum() / ((y_test - y_test.mean()) ** 2).sum()

    print(f"least squares: {explained(fit_least_squares(X_train, y_train)):.3f} explained")
    print(f"ridge, 20:     {explained(fit_ridge(X_train, y_train, 20.0)):.3f}")
    for lam in (1.0, 4.0, 10.0):
        beta = fit_lasso(X_train, y_train, lam)
        used = [name for name, b in zip(names, beta[1:], strict=True) if b != 0]
        print(f"lasso, {lam:4.1f}:   {explained(beta):.3f} with {', '.join(used)}")

# %% [markdown]
# About 40 % of these patients' variance can be explained. A mild lasso does a little better than
# least squares with seven of the measurements, and nearly as well with four. Here is how its slopes
# leave zero, one after another, as the penalty gets weaker:

# %%
if __name__ == "__main__":
    lams = np.geomspace(0.005, 50, 40)
    slopes = np.array([fit_lasso(X_train, y_train, lam)[1:] for lam in lams])
    plt.figure(figsize=(7, 4))
    for name, slope in zip(names, slopes.T, strict=True):
        plt.plot(lams, slope, label=name)
    plt.xscale("log")
    plt.gca().invert_xaxis()
    plt.xlabel("lam (weaker to the right)")
    plt.ylabel("slope")
    plt.legend(ncols=2, fontsize=8)
    plt.grid(alpha=0.3)
    plt.show()

# %% [markdown]
# Look at s1 and s2, two blood values that nearly repeat each other: s2 comes in first, gives way to
# s1, and returns on the far right with the opposite sign. The data hardly decide between the two, so
# both have large standard errors, and a single change of penalty changes the story that one tells.
#
# ## To go further
#
# - Print the standard errors of the ten slopes, with the noise variance estimated by
#   `residual @ residual / (N - D - 1)`. Which slopes are more than two errors away from 0?
# - Repeat a feature (`X[:, [0]]` as an eleventh column). What happens to the coefficients of least
#   squares, to its predictions, and to the hat matrix?
# - Give one feature in other units, multiplied by 1000. Which of the three methods change their
#   predictions?
