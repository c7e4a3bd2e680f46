"""Drivers at the wheel, drawn: python course/08_transfer_learning/drivers.py [FOLDER]

Four postures, each by 24 drivers who look different, in twelve frames of a film that hardly differ.
As in Kaggle's "State Farm Distracted Driver Detection", `train/c0/` to `train/c3/` hold the frames,
`driver_imgs_list.csv` says who is on which, and `test/` shows drivers who are on none of them; its
frames lie in classes, too, so that what a network is worth can be measured.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

POSTURES = {"c0": "both hands on the wheel", "c1": "texting", "c2": "telephoning", "c3": "drinking"}
DRIVERS, TEST_DRIVERS, FRAMES = 24, 8, 12
SIDE = 96  # of a frame, in pixels
WHEEL = np.array([80, 66])  # x, y of its hub


def colour(rng: np.random.Generator, low: int = 30, high: int = 230) -> tuple[int, ...]:
    return tuple(rng.integers(low, high, 3).tolist())


def box(at: np.ndarray, left: float, up: float, right: float, down: float) -> list[float]:
    """A rectangle around a point x, y."""
    return [at[0] + left, at[1] + up, at[0] + right, at[1] + down]


class Driver:
    """Someone who sits, looks and holds things in his own way, in his own car.

    Args:
        rng: draws it all.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.wall, self.seat, self.shirt = colour(rng), colour(rng), colour(rng)
        self.skin = tuple((np.array([224, 172, 140]) * rng.uniform(0.35, 1.1)).astype(int).tolist())
        self.hair, self.wheel = colour(rng, 10, 160), colour(rng, 0, 120)
        self.head = rng.uniform((38, 22), (50, 32))  # x, y of its centre
        self.size = rng.uniform(0.85, 1.2)
        self.long_hair = bool(rng.integers(2))
        # where a hand is, relative to the head, when it texts, telephones, drinks
        self.hands = {
            "c1": rng.uniform((2, 38), (22, 50)),
            "c2": rng.uniform((7, -3), (13, 6)),
            "c3": rng.uniform((3, 9), (14, 18)),
        }

    def frame(self, posture: str, rng: np.random.Generator) -> Image.Image:
        """One frame of a film of a posture: all of it but for the camera's shaking."""
        picture = Image.new("RGB", (SIDE, SIDE), self.wall)
        pen = ImageDraw.Draw(picture)
        shake = rng.normal(0, 0.7, 2)
        head, unit = self.head + shake, 10 * self.size
        shoulder = head + np.array([0, 1.9 * unit])
        back = box(head, -2.6 * unit, -0.6 * unit, 0.6 * unit, SIDE)
        pen.rounded_rectangle(back, radius=9, fill=self.seat)
        pen.ellipse(box(shoulder, -1.7 * unit, -0.6 * unit, 1.7 * unit, 5 * unit), self.shirt)
        if self.long_hair:
            pen.ellipse(box(head, -1.3 * unit, -unit, 0.7 * unit, 1.9 * unit), self.hair)
        pen.ellipse(box(head, -unit, -unit, unit, unit), self.skin)
        fringe = box(head, *(1.1 * unit * np.array([-1, -1, 1, 1])))
        pen.pieslice(fringe, 150, 330, self.hair)
        wheel = WHEEL + shake
        pen.ellipse(box(wheel, -7, -17, 7, 17), outline=self.wheel, width=3)
        self._arm(pen, shoulder, wheel + np.array([-2, -14]))
        elbow_side = shoulder + 4
        if posture == "c0":
            self._arm(pen, elbow_side, wheel + np.array([-4, 12]))
        else:
            hand = head + self.size * self.hands[posture] + rng.normal(0, 0.7, 2)
            self._arm(pen, elbow_side, hand)
            cup = posture == "c3"
            thing = box(hand, -2, -7, 3, 2) if cup else box(hand, -1, -5, 2, 3)
            pen.rectangle(thing, (235, 235, 225) if cup else (15, 15, 20))
        return self._light(picture, rng)

    def _arm(self, pen: ImageDraw.ImageDraw, shoulder: np.ndarray, hand: np.ndarray) -> None:
        elbow = (shoulder + hand) / 2 + np.array([2, 7])
        pen.line([*shoulder, *elbow, *hand], self.shirt, width=5, joint="curve")
        pen.ellipse(box(hand, -3, -3, 3, 3), self.skin)

    def _light(self, picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.7)), dtype=float)
        noisy = pixels * rng.uniform(0.95, 1.05) + rng.normal(0, 5, pixels.shape)
        return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def write(folder: Path, drivers: int = DRIVERS, frames: int = FRAMES) -> None:
    """Writes frames of so many drivers, a third of them for the test, and who is on which."""
    rng = np.random.default_rng(0)
    rows, number = [], 0
    for index in range(drivers):
        driver, name = Driver(rng), f"p{index:03}"
        split = "train" if index < drivers - drivers // 3 else "test"
        for posture in POSTURES:
            place = folder / split / posture
            place.mkdir(parents=True, exist_ok=True)
            for _ in range(frames):
                driver.frame(posture, rng).save(place / f"img_{number}.jpg", quality=90)
                rows.append([name, posture, f"img_{number}.jpg"])
                number += 1
    with (folder / "driver_imgs_list.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["subject", "classname", "img"])
        writer.writerows(rows)
    print(f"{folder}: {number} frames of {drivers} drivers, {drivers // 3} of them in test/")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures/drivers"))
