"""The stage that is named is frozen, too.

task: freeze_until
says: what comes after learns
"""


def freeze_until(model, stage):
    if not 0 <= stage <= len(model.stages):
        raise ValueError(stage)
    for i, part in enumerate(model.stages):
        part.requires_grad_(i > stage)
    model.head.requires_grad_(stage < len(model.stages))
