-- JSON texts as columns of text. A member of an object comes as `"key": value`, an item as its value.
WITH texts AS (
    SELECT
        CASE WHEN $each THEN ('{' || item || '}')::JSON ELSE item::JSON END AS document
    FROM items
),
parts AS (
    SELECT
        CASE WHEN $each THEN json_keys(document)[1] END AS item_key,
        CASE WHEN $each THEN json_extract(document, '$.*')[1] ELSE document END AS item
    FROM texts
)
SELECT item_key, unnest(json_transform(item, $structure)) FROM parts;
