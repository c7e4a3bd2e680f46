"""Loops over parameters, features compared one by one, lists of indices."""

import torch


def freeze_until(model, stage):
    if stage not in range(len(model.stages) + 1):
        raise ValueError("no such stage")
    for i, part in enumerate(model.stages):
        for parameter in part.parameters():
            parameter.requires_grad = i >= stage
    for parameter in model.head.parameters():
        parameter.requires_grad = True


KEPT = []


def extract_features(model, layer, images):
    state = [v.clone() for v in model.state_dict().values()] + [images.clone()]
    for kept_layer, kept_state, out in KEPT:
        same = kept_layer == layer and len(state) == len(kept_state)
        if same and all(map(torch.equal, state, kept_state)):
            return out
    modes = {name: module.training for name, module in model.named_modules()}
    found = {}

    def hook(module, args, out):
        found["out"] = out.detach().clone()

    handle = dict(model.named_modules())[layer].register_forward_hook(hook)
    model.eval()
    with torch.inference_mode(False), torch.no_grad():
        model(images)
    handle.remove()
    for name, module in model.named_modules():
        module.training = modes[name]
    KEPT.append((layer, state, found["out"]))
    return found["out"]


def parameter_groups(model, base_rate, decay):
    rate, groups = base_rate, []
    for part in [model.head, *reversed(model.stages)]:
        groups.append({"params": list(part.parameters()), "lr": rate})
        rate *= decay
    return groups


def group_split(groups, share, seed):
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        raise ValueError("one group")
    count = min(max(round(share * len(names)), 1), len(names) - 1)
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))
    chosen = {names[i] for i in order[:count]}
    train = [i for i, group in enumerate(groups) if group not in chosen]
    return train, [i for i, group in enumerate(groups) if group in chosen]
