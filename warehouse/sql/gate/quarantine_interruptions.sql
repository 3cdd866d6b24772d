INSERT INTO quarantine BY NAME
WITH refused AS (
    SELECT s.*, r.reason
    FROM staged_interruptions AS s
    JOIN refusals AS r ON r.staged = 'interruptions' AND r.row_number = s.row_number
    QUALIFY $sample::BIGINT IS NULL
         OR row_number() OVER (
             PARTITION BY r.reason ORDER BY provider, region, instance_type, operating_system, percent_from
         ) <= $sample::BIGINT
)
SELECT
    $batch_id AS batch_id,
    source, provider, 'interruptions' AS service, instance_type, operating_system, region, 'spot' AS purchase_option,
    reason,
    CASE reason
        WHEN 'bad_band' THEN 'From ' || percent_from || '% to ' || coalesce(percent_to || '%', 'any share')
            || ' is no band between 0 and 100%.'
        WHEN 'bad_saving' THEN 'A saving of ' || saving_percent || '% is beyond belief.'
        WHEN 'missing_name' THEN 'A band must name its provider, region and machine.'
        WHEN 'unknown_operating_system' THEN 'The operating system ' || operating_system
            || ' is not in the vocabulary.'
        WHEN 'repeated_row' THEN 'The batch holds this band more than once; one is kept.'
        ELSE 'The batch holds several bands of this machine; this one begins at ' || percent_from || '%.'
    END AS detail,
    $hashes[1] AS payload_sha256,
    $as_of AS as_of,
    json_merge_patch(row_json, '{"row_number": null}') AS row_json
FROM refused
JOIN (
    SELECT row_number, to_json(s) AS row_json
    FROM (SELECT * FROM staged_interruptions SEMI JOIN refused USING (row_number)) AS s
) USING (row_number);
