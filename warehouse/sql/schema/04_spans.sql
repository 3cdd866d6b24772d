CREATE VIEW spans AS
SELECT key_no, valid_from, NULL::TIMESTAMPTZ AS valid_to, price, upfront, batch_id, previous_to FROM open_spans
UNION ALL
SELECT key_no, valid_from, valid_to, price, upfront, batch_id, previous_to FROM past_spans;
