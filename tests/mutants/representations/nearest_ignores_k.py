"""Only the nearest votes.

task: k_nearest_accuracy
says: k is not heeded
"""

import numpy as np


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    distance = np.linalg.norm(test_codes[:, None] - train_codes, axis=2)
    return np.mean(train_labels[distance.argmin(axis=1)] == test_labels)
