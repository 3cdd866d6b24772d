-- `A100` stands for every A100 there is; `A100 80GB` only for that one.
CREATE OR REPLACE TEMP TABLE known_accelerators AS
WITH spelled AS (
    SELECT accelerator, unnest(string_split(concat_ws('|', accelerator, split_part(accelerator, '-', 1), aliases), '|')) AS name
    FROM newer.accelerators
    UNION ALL
    SELECT DISTINCT accelerator, accelerator FROM newer.offers WHERE accelerator IS NOT NULL
    UNION ALL
    SELECT DISTINCT accelerator, accelerator FROM older.offers WHERE accelerator IS NOT NULL
)
SELECT DISTINCT fold(name) AS name_key, name, accelerator FROM spelled WHERE fold(name) <> '';
