"""`dlcourse data list | get NAME... | verify [NAME...]`."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from lightning_modules.datamodules import manifest, store
from lightning_modules.errors import BadInput


def run(action: str, names: list[str]) -> int:
    """Runs one action on the data sets named; without names, on all (`get` needs names).

    Args:
        action: `list`, `get` or `verify`.
        names: data sets.

    Returns:
        0, or 1 where a data set does not match its checksums.

    Raises:
        BadInput: a name is unknown or missing, or a data set was asked for and is not here.
        Unavailable: no mirror answered.
    """
    for name in names:
        manifest.find(name)
    if action == "list":
        return list_datasets(names)
    if action == "get":
        return get(names)
    return verify(names)


def list_datasets(names: list[str]) -> int:
    table = Table("name", "what", "licence", "here", title="Data sets")
    for dataset in manifest.datasets().values():
        if names and dataset.name not in names:
            continue
        path = store.location(dataset)
        here = "ships with the course" if dataset.ships else str(path) if path.exists() else "no"
        table.add_row(dataset.name, dataset.title, dataset.licence, here)
    Console().print(table)
    return 0


def get(names: list[str]) -> int:
    if not names:
        raise BadInput(f"data get: name one or more of {', '.join(manifest.datasets())}")
    for name in names:
        print(f"{name}: {store.get(name)}")
    return 0


def verify(names: list[str]) -> int:
    """Checks the data sets named, or all that are on this machine."""
    status = 0
    known = manifest.datasets().values()
    here = [dataset.name for dataset in known if store.location(dataset).exists()]
    for dataset in map(manifest.find, names or here):
        path = store.location(dataset)
        wrong = store.verify(dataset.name)
        print(f"{dataset.name}: {'; '.join(wrong) or 'as published'} ({path})")
        status = status or int(bool(wrong))
    return status
