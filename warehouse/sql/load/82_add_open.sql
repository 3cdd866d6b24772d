INSERT INTO open_spans BY NAME
SELECT key_no, valid_from, price, upfront, batch_id, previous_to
FROM new_spans
WHERE valid_to IS NULL
ORDER BY key_no;
