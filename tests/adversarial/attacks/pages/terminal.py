"""Puts terminal commands and text that reorders lines into everything that is shown."""

NASTY = "\x1b[2J\x1b[31m\x1b]0;title\x07\x9b31m\r\n\u202egnp.exe\u2066\u200b\x00\x08\ud800"
Named = type("Escaped", (Exception,), {})
Named.__name__ = "\x1b[31mred\nline"


def softmax(*args, **kwargs):
    print(NASTY)
    raise Named(NASTY)


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
