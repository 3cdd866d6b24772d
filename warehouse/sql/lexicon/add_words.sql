INSERT INTO words (rowid, title, keywords, body) VALUES (:id, :title, :keywords, :body);
