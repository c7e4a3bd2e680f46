"""One draw decides for the whole batch.

task: random_flip
says: draw for each image on its own
"""


def random_flip(images, rng, p=0.5):
    return images[..., ::-1] if rng.random() < p else images.copy()
