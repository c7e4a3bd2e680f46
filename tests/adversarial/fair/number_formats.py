"""Answers in other formats of the same numbers: 32 bits, lists, 0-d arrays, views."""

# <solution>

plain_softmax, plain_cross_entropy, plain_accuracy = softmax, cross_entropy, accuracy
plain_softmax_loss, plain_svm_loss = softmax_loss, svm_loss


def softmax(scores):
    return np.asfortranarray(plain_softmax(scores)).astype(">f8")


def cross_entropy(probs, y):
    return np.array(plain_cross_entropy(probs, y))


def accuracy(scores, y):
    return np.float32(plain_accuracy(scores, y))


def softmax_loss(x, y):
    loss, dx = plain_softmax_loss(x, y)
    return [np.longdouble(loss), dx.tolist()]


def svm_loss(x, y):
    loss, dx = plain_svm_loss(x, y)
    return loss, np.broadcast_to(dx, (2, *dx.shape))[1]
