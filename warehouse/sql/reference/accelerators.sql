CREATE OR REPLACE TABLE accelerators AS
SELECT
    accelerator,
    vendor,
    kind,
    architecture,
    memory_gib::DOUBLE AS memory_gib,
    memory_type,
    bandwidth_gbps::DOUBLE AS bandwidth_gbps,
    bf16_tflops::DOUBLE AS bf16_tflops,
    fp8_tflops::DOUBLE AS fp8_tflops,
    fp16_tflops::DOUBLE AS fp16_tflops,
    tdp_watts::DOUBLE AS tdp_watts,
    year::INTEGER AS year,
    aliases,
    source
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
