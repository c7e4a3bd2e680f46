"""Makes `photographs.npz` and its manifest entry from four photographs that scikit-image ships.

pip download --no-deps scikit-image==0.26.0 && unzip scikit_image-0.26.0-*.whl
python data/make_photographs.py skimage/data
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from lightning_modules.datamodules.manifest import DATA_DIR, Arrays, record
from lightning_modules.datamodules.store import write_atomically

FILES = ("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg")


def main(folder: Path) -> None:
    photographs: Arrays = {
        Path(name).stem: np.asarray(Image.open(folder / name).convert("RGB"))  # (H, W, 3)
        for name in FILES
    }
    path = DATA_DIR / "photographs.npz"
    write_atomically(path, photographs, compress=True)
    record(
        "photographs",
        path,
        photographs,
        title="four colour photographs: a cat, a cup of coffee, an astronaut, a rocket",
        source="scikit-image 0.26.0: Chelsea by S. van der Walt, coffee by R. Michetti, "
        "Eileen Collins by NASA, DSCOVR's launch by SpaceX; gathered by make_photographs.py",
        licence="CC0 (chelsea, coffee), public domain (astronaut, rocket)",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
