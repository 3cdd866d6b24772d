DELETE FROM open_spans AS p USING touched AS t WHERE p.key_no = t.key_no AND t.valid_to IS NULL;
