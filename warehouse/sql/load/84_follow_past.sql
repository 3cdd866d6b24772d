UPDATE past_spans AS p SET previous_to = f.previous_to
FROM following AS f
WHERE p.key_no = f.key_no AND p.valid_from = f.valid_from AND p.previous_to IS DISTINCT FROM f.previous_to;
