INSERT INTO spellings (term, spelling) VALUES (:term, :spelling);
