SELECT count(*) FILTER (source = $name), arg_min(source, levenshtein(source, lower($name)), 2)
FROM newer.sources;
