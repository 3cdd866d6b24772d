SELECT
    count(*) FILTER (lower(instance_type) GLOB lower($name)),
    arg_min(instance_type, levenshtein(fold(instance_type), fold($name)), 3)
FROM (SELECT DISTINCT instance_type FROM known_machines);
