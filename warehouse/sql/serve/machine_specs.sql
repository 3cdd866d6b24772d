SELECT
    i.provider, i.instance_type, i.family, i.vcpus, i.memory_gib, i.architecture, i.cpu_model, i.accelerator,
    i.accelerator_count, i.accelerator_memory_gib, i.local_storage_gb, i.network_gbps, i.source,
    s.homepage AS source_url, i.as_of
FROM instance_types AS i
LEFT JOIN sources AS s USING (source)
WHERE
    i.instance_type IN (SELECT unnest($machines::VARCHAR[]))
    AND ($providers::VARCHAR[] IS NULL OR i.provider IN (SELECT unnest($providers::VARCHAR[])))
ORDER BY i.provider, i.instance_type;
