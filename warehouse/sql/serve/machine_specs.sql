SELECT
    i.provider, i.instance_type, i.family, i.vcpus, i.memory_gib, i.architecture, i.cpu_model, i.accelerator,
    i.accelerator_count, i.accelerator_memory_gib,
    i.accelerator_count * i.accelerator_memory_gib AS accelerator_total_gib, i.local_storage_gb, i.network_gbps, i.source,
    i.specs_sources, s.homepage AS source_url, i.as_of
FROM instance_types AS i
LEFT JOIN sources AS s USING (source)
WHERE
    list_contains($machines::VARCHAR[], i.instance_type)
    AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], i.provider))
ORDER BY i.provider, i.instance_type;
