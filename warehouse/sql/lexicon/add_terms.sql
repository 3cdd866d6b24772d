-- Counted once: the vocabulary of an index is read from its whole.
INSERT INTO terms (term, spelling, documents, topic)
SELECT v.term, coalesce(s.spelling, v.term), v.doc, coalesce(s.topic, 0)
FROM vocabulary AS v
LEFT JOIN spellings AS s ON s.term = v.term;
