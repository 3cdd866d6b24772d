"""How right the answers are: questions with oracles in SQL, judged by what the answers say."""
