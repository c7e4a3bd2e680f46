"""Transfer learning: networks trained on ImageNet, their features, and what is trained on top."""
