"""The head has the decayed rate, too.

task: parameter_groups
says: the head's rate
"""


def parameter_groups(model, base_rate, decay):
    n = len(model.stages)
    groups = [{"params": list(model.head.parameters()), "lr": base_rate * decay}]
    for i, stage in enumerate(model.stages):
        params = list(stage.parameters())
        groups.append({"params": params, "lr": base_rate * decay ** (n - i)})
    return groups
