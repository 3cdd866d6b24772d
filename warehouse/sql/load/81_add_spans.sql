INSERT INTO price_spans BY NAME SELECT * FROM new_spans;
