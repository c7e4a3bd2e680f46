"""Claims as controlled experiments: what is compared, how it is judged, what is kept."""
