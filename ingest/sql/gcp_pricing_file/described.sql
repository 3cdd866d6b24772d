SELECT
    instance_type, family, vcpus, memory_gib, architecture, accelerator, accelerator_count,
    accelerator_memory_gib, coalesce(local_ssd_gb::DOUBLE, ssd_gib::DOUBLE) AS local_storage_gb
FROM machines
