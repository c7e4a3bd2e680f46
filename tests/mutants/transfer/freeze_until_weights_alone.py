"""Biases are forgotten.

task: freeze_until
says: is frozen in part
"""


def freeze_until(model, stage):
    if not 0 <= stage <= len(model.stages):
        raise ValueError(stage)
    model.requires_grad_(True)
    for part in model.stages[:stage]:
        for name, parameter in part.named_parameters():
            parameter.requires_grad = not name.endswith("weight")
