-- Hosts differ: of cores and memory what every offer of the type has, down to a power of two so that it
-- rests while the market moves. An offer may be a part of its host and have that share of its memory.
WITH hosts AS (
    SELECT
        *,
        cpu_ram / 1024 * coalesce(cpu_cores_effective / nullif(cpu_cores, 0), 1) AS memory_gib
    FROM offers
)
SELECT
    instance_type,
    any_value(gpu_name) AS family,
    pow(2, floor(log2(min(cpu_cores_effective) FILTER (cpu_cores_effective > 0)))) AS vcpus,
    pow(2, floor(log2(min(memory_gib) FILTER (memory_gib > 0)))) AS memory_gib,
    'x86_64' AS architecture,
    min(accelerator) AS accelerator,
    any_value(num_gpus) AS accelerator_count,
    min(card_gib) AS accelerator_memory_gib
FROM hosts
GROUP BY instance_type
