"""Transfer learning: networks trained on ImageNet, and their features."""
