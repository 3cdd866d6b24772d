INSERT OR IGNORE INTO synonyms (language, term, expansion) VALUES (:language, :term, :expansion);
