"""How well and how fast documents are found, over labelled queries."""
