SELECT count(*) FILTER (name_key = fold($name)), arg_min(name, levenshtein(name_key, fold($name)), 3)
FROM (SELECT name_key, min(name) AS name FROM known_places GROUP BY name_key);
