-- `incoming` holds the rows of `documents` but for the hash of their content.
INSERT INTO documents BY NAME
SELECT *, sha256(concat_ws(chr(31), title, text, keywords, language)) AS content_hash
FROM incoming;
