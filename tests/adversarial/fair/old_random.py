"""Draws from NumPy's old global generator, seeded."""

# <solution>


def train_linear_softmax(
    X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200, batch_size=64, seed=0
):
    np.random.seed(seed)
    W = 0.001 * np.random.randn(X.shape[1], num_classes)
    for _ in range(num_steps):
        batch = np.random.choice(len(X), min(batch_size, len(X)), replace=False)
        W -= learning_rate * linear_softmax_loss(W, X[batch], y[batch], reg)[1]
    return W
