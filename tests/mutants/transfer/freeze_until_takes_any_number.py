"""A negative number counts from the end.

task: freeze_until
says: returned a value
"""


def freeze_until(model, stage):
    model.requires_grad_(True)
    for part in model.stages[:stage]:
        part.requires_grad_(False)
