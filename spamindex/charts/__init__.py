"""A ranking as a picture."""
