DELETE FROM past_spans AS p USING touched AS t
WHERE p.key_no = t.key_no AND p.valid_from = t.valid_from AND t.valid_to IS NOT NULL;
