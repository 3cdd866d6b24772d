INSERT INTO about (name, value) VALUES (:name, :value);
