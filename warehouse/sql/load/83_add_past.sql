INSERT INTO past_spans BY NAME SELECT * FROM new_spans WHERE valid_to IS NOT NULL ORDER BY key_no, valid_from;
