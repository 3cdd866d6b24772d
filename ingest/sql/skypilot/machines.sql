-- One row a machine. Where its places give it different cores or memory, what it has in all of them.
SELECT
    instance_type,
    coalesce(nullif(regexp_extract(instance_type, $family, 1), ''), min(accelerator), 'cpu') AS family,
    min(vcpus) AS vcpus,
    min(memory_gib) AS memory_gib,
    min(accelerator) AS accelerator,
    min(accelerator_count) AS accelerator_count,
    min(accelerator_memory_gib) AS accelerator_memory_gib
FROM rows
WHERE instance_type IS NOT NULL AND ($regions::VARCHAR[] IS NULL OR region IN (SELECT unnest($regions::VARCHAR[])))
GROUP BY instance_type
