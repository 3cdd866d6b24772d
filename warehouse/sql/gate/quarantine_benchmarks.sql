INSERT INTO quarantine BY NAME
WITH refused AS (
    SELECT s.*, r.reason
    FROM staged_benchmarks AS s
    JOIN refusals AS r ON r.staged = 'benchmarks' AND r.row_number = s.row_number
    QUALIFY $sample::BIGINT IS NULL
         OR row_number() OVER (PARTITION BY r.reason ORDER BY provider, instance_type, benchmark, configuration, score)
         <= $sample::BIGINT
)
SELECT
    $batch_id AS batch_id,
    source, provider, 'benchmarks' AS service, instance_type, reason,
    CASE reason
        WHEN 'bad_score' THEN 'The score of ' || benchmark || ', ' || score || ', is not a number above zero.'
        WHEN 'missing_name' THEN 'A score must name its provider, machine and benchmark.'
        WHEN 'repeated_row' THEN 'The batch holds this score of ' || benchmark || ' more than once; one is kept.'
        ELSE 'The batch holds several scores of ' || benchmark || '; this one says ' || score || '.'
    END AS detail,
    $hashes[1] AS payload_sha256,
    $as_of AS as_of,
    json_merge_patch(row_json, '{"row_number": null}') AS row_json
FROM refused
JOIN (
    SELECT row_number, to_json(s) AS row_json
    FROM (
        SELECT * REPLACE (CASE WHEN isfinite(score) THEN score END AS score)
        FROM staged_benchmarks
        SEMI JOIN refused USING (row_number)
    ) AS s
) USING (row_number);
