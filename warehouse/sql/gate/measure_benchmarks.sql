-- One row a staged score; one that is no number counts as none.
CREATE OR REPLACE TEMP TABLE measured_benchmarks AS
SELECT
    row_number,
    CASE WHEN isfinite(score) THEN score ELSE 0 END AS score,
    regexp_matches(provider, '\S') AND regexp_matches(instance_type, '\S') AND regexp_matches(benchmark, '\S') AS named,
    copy,
    count(*) FILTER (copy = 1 AND isfinite(score) AND score > 0) OVER (
        PARTITION BY provider, instance_type, benchmark, configuration, source
    ) AS rivals
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY provider, instance_type, benchmark, configuration, source, score, unit, higher_is_better
            ORDER BY row_number
        ) AS copy
    FROM staged_benchmarks
);
