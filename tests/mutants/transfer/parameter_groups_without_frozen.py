"""What is frozen now is left out.

task: parameter_groups
says: where it is frozen
"""


def parameter_groups(model, base_rate, decay):
    n = len(model.stages)
    groups = [{"params": list(model.head.parameters()), "lr": base_rate}]
    for i, stage in enumerate(model.stages):
        params = [p for p in stage.parameters() if p.requires_grad]
        groups.append({"params": params, "lr": base_rate * decay ** (n - i)})
    return groups
