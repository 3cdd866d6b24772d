SELECT
    accelerator, vendor, kind, architecture, memory_gib, memory_type, bandwidth_gbps, bf16_tflops, fp8_tflops,
    fp16_tflops, tdp_watts, year, source, source AS source_url
FROM accelerators
WHERE list_contains($accelerators::VARCHAR[], accelerator)
ORDER BY list_position($accelerators::VARCHAR[], accelerator);
