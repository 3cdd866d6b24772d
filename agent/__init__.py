"""A question becomes an answer with evidence."""
