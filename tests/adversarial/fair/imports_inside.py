"""Imports inside its functions, some of them of modules that were not loaded before."""

# <solution>

plain_softmax, plain_accuracy = softmax, accuracy


def softmax(scores):
    import decimal
    import statistics

    import numpy.linalg
    import numpy.polynomial

    assert decimal.Decimal(1) == statistics.mean([1])
    assert numpy.linalg.norm([3.0, 4.0]) == 5.0
    assert numpy.polynomial.Polynomial([1, 2])(1) == 3
    return plain_softmax(scores)


def accuracy(scores, y):
    from numpy import fft, testing

    testing.assert_allclose(fft.ifft(fft.fft([1.0, 2.0])).real, [1.0, 2.0])
    return plain_accuracy(scores, y)
