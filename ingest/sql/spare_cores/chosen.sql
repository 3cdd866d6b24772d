-- Of the thousands of combinations the scores people compare machines by. `wanted` is what a score's
-- configuration must hold: memory beyond all caches, the usual lengths of prompt and answer, plain SET.
FROM (
    VALUES
        ('stress_ng:best1', '{}'),
        ('stress_ng:bestn', '{}'),
        ('geekbench:score', '{}'),
        ('passmark:cpu_mark', '{}'),
        ('passmark:cpu_single_threaded_test', '{}'),
        ('passmark:memory_mark', '{}'),
        ('membench:bandwidth_read', '{"scope": "RAM"}'),
        ('membench:bandwidth_write', '{"scope": "RAM"}'),
        ('membench:latency', '{"scope": "RAM"}'),
        ('llm_speed:prompt_processing', '{"tokens": 512}'),
        ('llm_speed:text_generation', '{"tokens": 128}'),
        ('redis:rps', '{"operation": "SET", "pipeline": 1}'),
        ('pgbench:heavy_read_only:peak', '{}')
) AS listed(benchmark, wanted)
