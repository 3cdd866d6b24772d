INSERT INTO glossary (portuguese, english) VALUES (:portuguese, :english);
