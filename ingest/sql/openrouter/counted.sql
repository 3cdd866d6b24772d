-- How many models came, and how many the answer says there are (null: it does not say).
SELECT
    (SELECT count(*) FROM models) AS listed,
    (SELECT (document::JSON ->> '$.total_count')::BIGINT FROM feed) AS announced
