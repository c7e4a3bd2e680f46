"""Raises exceptions whose text lies, loops, raises, or goes on for ever."""


class Meta(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt


class Raises(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit("no text")


class Text(str):
    def __getitem__(self, key):
        return Text("text" * 10**6)

    __len__ = lambda self: 3


class Sly(Exception):
    def __str__(self):
        return Text("sly")


class Long(Exception):
    def __str__(self):
        return "long " * 10**7


Named = type("N" * 10**6, (Exception,), {})
KINDS = [Raises, Sly, Long, Named, SyntaxError]


def softmax(*args, calls=[], **kwargs):
    calls.append(1)
    error = KINDS[len(calls) % len(KINDS)]("x" * 10**6)
    if isinstance(error, SyntaxError):
        error.filename = error.text = error.msg = Raises()
        error.lineno = 10**30
    raise error


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
