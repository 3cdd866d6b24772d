SELECT
    count(*) FILTER (name_key = fold($name)), list_distinct(arg_min(accelerator, levenshtein(name_key, fold($name)), 3))
FROM known_accelerators;
