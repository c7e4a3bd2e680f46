"""The last stage learns as fast as the head.

task: parameter_groups
says: begins with the last stage
"""


def parameter_groups(model, base_rate, decay):
    n = len(model.stages)
    groups = [{"params": list(model.head.parameters()), "lr": base_rate}]
    for i, stage in enumerate(model.stages):
        params = list(stage.parameters())
        groups.append({"params": params, "lr": base_rate * decay ** (n - i - 1)})
    return groups
