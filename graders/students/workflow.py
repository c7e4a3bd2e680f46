"""What GitHub runs when a student pushes: the public checks of the assignment that was changed."""

from __future__ import annotations

from pathlib import Path

from graders.engine.catalogue import uses_torch

FOLDER = Path(".github", "workflows")

WORKFLOW = """\
# On each push that changes {name}: its public checks. Their report stands below the run's summary,
# and the run fails until all of them pass. Your grade comes from other tests.
name: {name}
on:
  push:
    paths: ["assignments/{name}/**"]
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: {name}-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
          cache: pip
          cache-dependency-path: constraints.txt
      - name: Install
        run: >-
          python -m pip install {packages}
      - name: Check
        shell: bash
        env:
          COLUMNS: "120"
        run: |
          dlcourse check {name} | tee report.txt
          {{ echo '```text'; cat report.txt; echo '```'; }} >> "$GITHUB_STEP_SUMMARY"
          grep -Eq '^([0-9]+) of \\1 checks pass$' report.txt
"""


def write_workflow(name: str, bundle: Path) -> None:
    """Write the workflow of assignment ``name`` to where GitHub looks for it in a repository."""
    to = bundle / FOLDER / f"{name}.yml"
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(workflow(name), encoding="utf-8")


def workflow(name: str) -> str:
    """The workflow that checks assignment ``name``, in GitHub's YAML."""
    packages = "--constraint constraints.txt --editable "
    if uses_torch(name):
        packages = f"--extra-index-url https://download.pytorch.org/whl/cpu {packages}'.[lessons]'"
    else:
        packages += "."
    return WORKFLOW.format(name=name, packages=packages)
