-- The regions that a rule is about: those of the places it names, else all that are open to everybody. A wide
-- place leaves out the regions apart; `us-east1` is one provider's region and `us-east-1` another's.
CREATE OR REPLACE TEMP TABLE asked_regions AS
SELECT DISTINCT provider, region
FROM (
    SELECT w.written, k.provider, k.region, k.apart, k.kind
    FROM (SELECT unnest($place::VARCHAR[]) AS written) AS w
    JOIN known_places AS k ON k.name_key = fold(w.written)
    QUALIFY
        region = written
        OR NOT (bool_or(region = written) OVER (PARTITION BY written) AND bool_and(kind = 'region') OVER (PARTITION BY written))
)
QUALIFY NOT apart OR NOT bool_or(NOT apart) OVER (PARTITION BY written, provider)
UNION ALL
SELECT provider, region FROM known_regions WHERE $place::VARCHAR[] IS NULL AND NOT apart;
