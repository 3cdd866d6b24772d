"""The running server under load."""
