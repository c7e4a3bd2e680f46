"""Tables and numbers in lesson pages that come from records.

A page says where: `<!-- experiment: NAME -->` and `<!-- /experiment -->` stand around a block,
`<!-- number: NAME | ARM | METRIC -->` and `<!-- /number -->` around one mean, and
`<!-- number: NAME | effect K -->` around the K-th effect of the bar with its interval,
`<!-- number: NAME | verdict -->` around the verdict. What is between is written anew. No line may
begin with one of a number: Markdown would end the paragraph there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from lightning_modules.errors import BadInput
from lightning_modules.experiments.ledger import table
from lightning_modules.experiments.report import arm_mean, effect, headline, sentences, with_unit
from lightning_modules.experiments.verdicts import Verdict

_BLOCK = re.compile(r"(<!-- experiment: (.+?) -->\n).*?(<!-- /experiment -->)", re.DOTALL)
_BEGINS_LINE = re.compile(r"^\s*<!-- /?number", re.MULTILINE)
_NUMBER = re.compile(r"(<!-- number: (.+?) -->).*?(<!-- /number -->)", re.DOTALL)


def filled(text: str, verdicts: Mapping[str, Verdict], ledger: str, page: Path) -> str:
    """The page with everything between its markers written anew.

    Args:
        text: of the page.
        verdicts: by the name of the experiment.
        ledger: path from the page's folder to the ledger's.
        page: named in errors.

    Raises:
        BadInput: a marker names an experiment, arm or metric that is not in the ledger, or one of a
            number begins a line.
    """

    if _BEGINS_LINE.search(text):
        raise BadInput(f"{page}: a line begins with a marker of a number: put a word before it")

    def find(name: str) -> Verdict:
        if name not in verdicts:
            raise BadInput(f"{page}: no runs of experiment '{name}' are in the ledger")
        return verdicts[name]

    def block(match: re.Match[str]) -> str:
        lines = _block(find(match[2]), ledger)
        return match[1] + "\n".join(lines) + "\n" + match[3]

    def number(match: re.Match[str]) -> str:
        name, *field = (part.strip() for part in match[2].split("|"))
        return match[1] + _field(find(name), field, page) + match[3]

    return _NUMBER.sub(number, _BLOCK.sub(block, text))


def _block(verdict: Verdict, ledger: str) -> list[str]:
    e = verdict.experiment
    return [
        "",
        f"> {e.claim} **{headline(verdict)}**",
        "",
        *table(verdict),
        "",
        f"![{e.question}]({ledger}/{e.name}.png)",
        "",
        " ".join(sentences(verdict)),
        f"(`dlcourse experiment run {e.name}`; [more in the ledger]({ledger}/README.md#{e.name}).)",
        "",
    ]


def _field(verdict: Verdict, field: list[str], page: Path) -> str:
    name = verdict.experiment.name
    match field:
        case ["verdict"]:
            return verdict.verdict
        case [what] if what.startswith("effect "):
            number = what.removeprefix("effect ")
            if number.isdigit() and 1 <= int(number) <= len(verdict.findings):
                return effect(verdict.findings[int(number) - 1])
            raise BadInput(f"{page}: {name} has effects 1 to {len(verdict.findings)}, not {number}")
        case [arm, metric]:
            found = arm_mean(verdict, arm, metric)
            if found is None:
                raise BadInput(f"{page}: {name} has no {metric} of an arm '{arm}'")
            known = verdict.experiment.metrics
            unit = known[metric].unit if metric in known else ""
            return with_unit(found.mean, unit)
    raise BadInput(f"{page}: '{' | '.join(field)}': write ARM | METRIC, effect 1, or verdict")
