"""How publishing and asking grow with the history of prices, beside pandas and SQLite doing the same."""
