SELECT
    instance_type, family, vcpus, memory_gib, architecture,
    accelerator, accelerator_count, accelerator_memory_gib,
    coalesce(local_ssd_gb, '0') AS local_storage_gb
FROM gcp_machine_types
