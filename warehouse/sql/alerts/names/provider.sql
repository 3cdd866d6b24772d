SELECT count(*) FILTER (provider = $name), arg_min(provider, levenshtein(provider, lower($name)), 2)
FROM (SELECT DISTINCT provider FROM known_machines);
