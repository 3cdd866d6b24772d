SELECT DISTINCT ON (instance_type)
    instance_type,
    family,
    vcpus,
    memory_gib,
    architecture,
    accelerator,
    accelerator_count,
    accelerator_memory_gib,
    local_storage_gb,
    source
FROM azure_sizes
WHERE instance_type IS NOT NULL
ORDER BY instance_type, libcloud_key
