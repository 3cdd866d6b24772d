SELECT * EXCLUDE (key, size) FROM events SEMI JOIN untold USING (key) ORDER BY size DESC, source LIMIT $rows;
