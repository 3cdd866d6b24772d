"""Findings become sentences, in the question's language."""
