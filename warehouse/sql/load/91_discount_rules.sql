INSERT INTO discount_rules BY NAME SELECT * EXCLUDE (row_number), $batch_id AS batch_id FROM staged_discount_rules;
