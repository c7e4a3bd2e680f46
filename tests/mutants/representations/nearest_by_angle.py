"""Cosine similarity.

task: k_nearest_accuracy
says: not by angle
"""

import numpy as np


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    likeness = test_codes @ train_codes.T / np.linalg.norm(train_codes, axis=1)
    votes = train_labels[np.argsort(-likeness, axis=1)[:, :k]]
    counts = np.sum(votes[:, :, None] == np.arange(train_labels.max() + 1), axis=1)
    return np.mean(counts.argmax(axis=1) == test_labels)
