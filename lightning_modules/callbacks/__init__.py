"""What happens around training steps: seeding, stopping, saving."""
