CREATE OR REPLACE VIEW gpu_offers AS
SELECT
    o.* EXCLUDE (latitude, longitude),
    a.vendor,
    (o.price_usd_hour / o.accelerator_count)::DECIMAL(20, 10) AS price_usd_gpu_hour,
    o.accelerator_count * o.accelerator_memory_gib AS accelerator_memory_total_gib,
    o.accelerator_count * a.bf16_tflops AS bf16_tflops,
    1000 * o.price_usd_hour::DOUBLE / nullif(o.accelerator_count * a.bf16_tflops, 0)
        AS price_usd_bf16_pflops_hour
FROM offers AS o
JOIN accelerators AS a USING (accelerator)
WHERE o.accelerator_count > 0;
