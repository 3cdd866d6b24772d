-- The chosen scores under the name a machine is rented by. The version of the tool is no part of the
-- configuration: of several the latest run stands.
WITH defined AS (
    SELECT
        document::JSON ->> 'benchmark_id' AS benchmark,
        document::JSON ->> 'unit' AS unit,
        lower(document::JSON ->> 'higher_is_better') IN ('1', 'true') AS higher_is_better
    FROM benchmarks
),
kept AS (
    SELECT
        m.provider, m.instance_type, s.benchmark, s.score, s.observed_at,
        nullif(json_merge_patch(s.config::JSON, '{"framework_version": null}')::VARCHAR, '{}') AS configuration
    FROM scores AS s
    JOIN chosen AS c ON c.benchmark = s.benchmark AND json_contains(s.config::JSON, c.wanted::JSON)
    JOIN machines AS m USING (vendor_id, server_id)
    WHERE s.kind = 'server' AND coalesce(s.status, 'ACTIVE') <> 'INACTIVE'
)
SELECT k.* EXCLUDE (observed_at), d.unit, d.higher_is_better
FROM kept AS k
JOIN defined AS d USING (benchmark)
QUALIFY row_number() OVER (
    PARTITION BY provider, instance_type, benchmark, configuration ORDER BY observed_at DESC, score DESC
) = 1
