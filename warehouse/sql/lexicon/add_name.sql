INSERT INTO names (name, mentioned, id) VALUES (:name, :mentioned, :id);
