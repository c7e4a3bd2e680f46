"""The mean goes over the examples.

task: ensemble_average
says: has shape
"""


def ensemble_average(probs):
    return probs.mean(axis=1)
