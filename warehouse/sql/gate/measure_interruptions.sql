-- One row a staged band of interruptions.
CREATE OR REPLACE TEMP TABLE measured_interruptions AS
SELECT
    row_number,
    percent_from,
    percent_to,
    saving_percent,
    regexp_matches(provider, '\S') AND regexp_matches(region, '\S') AND regexp_matches(instance_type, '\S') AS named,
    operating_system,
    copy,
    count(*) FILTER (copy = 1) OVER (
        PARTITION BY provider, region, instance_type, operating_system, source
    ) AS rivals
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY provider, region, instance_type, operating_system, source, percent_from, percent_to, saving_percent
            ORDER BY row_number
        ) AS copy
    FROM staged_interruptions
);
