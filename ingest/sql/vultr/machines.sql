SELECT
    id AS instance_type,
    split_part(id, '-', 1) AS family,
    coalesce(vcpu_count, cpu_threads) AS vcpus,
    ram / 1024 AS memory_gib,
    CASE WHEN card IN ('GH200', 'GB200') THEN 'arm64' ELSE 'x86_64' END AS architecture,
    nullif(cpu_model, '') AS cpu_model,
    accelerator,
    gpus AS accelerator_count,
    coalesce(a.memory_gib::DOUBLE, card_memory) AS accelerator_memory_gib,
    disk * coalesce(disk_count, 1) AS local_storage_gb
FROM plans
LEFT JOIN accelerators AS a USING (accelerator)
