"""What learning platforms let instructors download, and what they take back."""
