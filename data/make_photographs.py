"""Makes `photographs.npz` and its manifest entry from four photographs that scikit-image ships.

pip download --no-deps scikit-image==0.26.0 && unzip scikit_image-0.26.0-*.whl
python data/make_photographs.py skimage/data
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from lightning_modules.datamodules.sources import DATA_DIR, Arrays, array_sha256
from lightning_modules.datamodules.store import write_atomically

FILES = ("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg")


def main(folder: Path) -> None:
    photographs: Arrays = {
        Path(name).stem: np.asarray(Image.open(folder / name).convert("RGB"))  # (H, W, 3)
        for name in FILES
    }
    path = DATA_DIR / "photographs.npz"
    write_atomically(path, photographs, compress=True)
    manifest_path = DATA_DIR / "manifest.json"
    manifest = json.loads(manifest_path.read_text())
    manifest["datasets"]["photographs"] = {
        "title": "four colour photographs: a cat, a cup of coffee, an astronaut, a rocket",
        "source": "scikit-image 0.26.0: Chelsea by S. van der Walt, coffee by R. Michetti, "
        "Eileen Collins by NASA, DSCOVR's launch by SpaceX; gathered by make_photographs.py",
        "licence": "CC0 (chelsea, coffee), public domain (astronaut, rocket)",
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "arrays": {
            key: {
                "shape": list(array.shape),
                "dtype": str(array.dtype),
                "sha256": array_sha256(array),
            }
            for key, array in photographs.items()
        },
    }
    manifest_path.write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
