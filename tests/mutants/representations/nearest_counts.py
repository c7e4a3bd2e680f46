"""The number of right ones.

task: k_nearest_accuracy
says: divide by how many there are
"""

import numpy as np


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    distance = np.linalg.norm(test_codes[:, None] - train_codes, axis=2)
    votes = train_labels[np.argsort(distance, axis=1)[:, :k]]
    counts = np.sum(votes[:, :, None] == np.arange(train_labels.max() + 1), axis=1)
    return np.sum(counts.argmax(axis=1) == test_labels)
