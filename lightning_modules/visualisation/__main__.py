"""`python -m lightning_modules.visualisation FIGURE --out FILE`: what a trained network sees."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lightning_modules.errors import BadInput, Unavailable
from lightning_modules.visualisation import panels
from lightning_modules.visualisation.figures import FIGURES, Options
from lightning_modules.visualisation.subjects import lenet, squeezenet


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lightning_modules.visualisation",
        description="Draws what a trained network sees.",
        epilog="example: python -m lightning_modules.visualisation grad-cam --image chelsea "
        "--out cat.png",
    )
    parser.add_argument("figure", choices=FIGURES)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a PNG")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="a LeNet trained by dlcourse fit; default: SqueezeNet trained on ImageNet",
    )
    parser.add_argument(
        "--image",
        help="chelsea, coffee, astronaut, rocket or a file, or several side by side, as "
        "chelsea+coffee; for LeNet the number of a test digit",
    )
    parser.add_argument("--layer", help="as features.7; default: several, or the last")
    parser.add_argument("--channels", type=int, nargs="+", metavar="K", help="of the layer")
    parser.add_argument(
        "--classes", nargs="+", metavar="NAME", help="for maps; default: the most probable one"
    )
    parser.add_argument(
        "--size", type=int, default=224, help="of a photograph's shorter side (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the dream (%(default)s)")
    parser.add_argument("--wandb", action="store_true", help="log the picture to W&B, too")
    return parser


def draw(argv: list[str]) -> Path:
    """Draws one figure as the command line says.

    Raises:
        BadInput: an option does not fit the network or the image.
    """
    options = build_parser().parse_args(argv)
    if options.size < 32:
        raise BadInput(f"--size is {options.size}; it must be at least 32")
    subject = lenet(options.checkpoint) if options.checkpoint else squeezenet(options.size)
    image = options.image or ("0" if options.checkpoint else "chelsea")
    chosen = Options(image, options.layer, options.channels, options.classes, options.seed)
    drawn, columns, width = FIGURES[options.figure](subject, chosen)
    panels.save(drawn, options.out, columns, width)
    if options.wandb:
        panels.send(options.out, options.figure)
    return options.out


def main(argv: list[str]) -> int:
    try:
        print(f"picture: {draw(argv)}")
    except (BadInput, Unavailable) as error:
        print(f"visualisation: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
