"""How long answers take: ours in the process and from the shell, beside those of a stock agent."""
