INSERT INTO spellings (term, spelling, topic) VALUES (:term, :spelling, :topic);
