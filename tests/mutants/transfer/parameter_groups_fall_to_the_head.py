"""The rates grow towards the image.

task: parameter_groups
says: the rates grow towards the image
"""


def parameter_groups(model, base_rate, decay):
    n = len(model.stages)
    groups = [{"params": list(model.head.parameters()), "lr": base_rate}]
    for i, stage in enumerate(model.stages):
        params = list(stage.parameters())
        groups.append({"params": params, "lr": base_rate * decay ** (i + 1)})
    return groups
