"""One module per source; the registry is the only list of them."""
