"""The caller's images are flipped.

task: random_flip
says: images was changed
"""


def random_flip(images, rng, p=0.5):
    for n in range(len(images)):
        if rng.random() < p:
            images[n] = images[n, :, :, ::-1].copy()
    return images
