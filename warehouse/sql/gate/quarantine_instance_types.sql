INSERT INTO quarantine BY NAME
WITH refused AS (
    SELECT s.*, r.reason
    FROM staged_instance_types AS s
    JOIN refusals AS r ON r.staged = 'instance_types' AND r.row_number = s.row_number
    QUALIFY $sample::BIGINT IS NULL
         OR row_number() OVER (PARTITION BY r.reason ORDER BY provider, instance_type) <= $sample::BIGINT
)
SELECT
    $batch_id AS batch_id,
    source, provider, instance_type, reason,
    CASE reason
        WHEN 'repeated_row' THEN 'The batch describes this machine more than once, alike; one is kept.'
        WHEN 'duplicate_key' THEN 'The batch describes this machine more than once, each time otherwise.'
        WHEN 'unknown_accelerator' THEN 'Add the line `' || accelerator
            || ',…` to data/reference/accelerators.csv.'
        ELSE concat(
            'The specs are beyond belief: ', coalesce(vcpus::VARCHAR, '?'), ' vCPUs, ',
            coalesce(memory_gib::VARCHAR, '?'), ' GiB, ', coalesce(accelerator_count::VARCHAR, '?'), ' × ',
            coalesce(accelerator, 'no accelerator'), coalesce(' of ' || accelerator_memory_gib || ' GiB', ''),
            coalesce(', ' || local_storage_gb || ' GB of local disk', ''), '.'
        )
    END AS detail,
    $hashes[1] AS payload_sha256,
    $as_of AS as_of,
    json_merge_patch(row_json, '{"row_number": null}') AS row_json
FROM refused
JOIN (
    SELECT row_number, to_json(s) AS row_json
    FROM (SELECT * FROM staged_instance_types SEMI JOIN refused USING (row_number)) AS s
) USING (row_number);
