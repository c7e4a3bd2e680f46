"""A notebook with magics, shell lines and help in its cells."""

from pathlib import Path

import jupytext
import nbformat


def build(folder: Path, solution: str) -> None:
    made = jupytext.reads(solution, fmt="py:percent")
    for number, cell in enumerate(c for c in made.cells if c.cell_type == "code"):
        extra = ["%matplotlib inline", "!pip install numpy", "%time x = 1", "np.exp?"][number % 4]
        cell.source = f"{extra}\n{cell.source}"
    for magic in ("%%time", "%%capture"):
        made.cells.append(nbformat.v4.new_code_cell(f"{magic}\ntimed = True"))
    made.cells.append(nbformat.v4.new_code_cell("%%bash\nexit 1"))
    nbformat.write(made, folder / "softmax.ipynb")
