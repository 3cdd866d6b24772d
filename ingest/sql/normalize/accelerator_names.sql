-- Every way to write an accelerator, in lower case without the maker's name and what joins its words. A name
-- that says its memory (A100-80GB) also stands for the bare one (A100): the memory of each then decides.
CREATE TABLE accelerator_names AS
WITH spelled AS (
    SELECT
        accelerator,
        memory_gib::DOUBLE AS memory_gib,
        unnest(list_concat([accelerator, regexp_replace(accelerator, '-[0-9]+GB$', '')],
                           string_split(coalesce(aliases, ''), '|'))) AS name
    FROM accelerators
)
SELECT DISTINCT
    accelerator,
    memory_gib,
    regexp_replace(
        regexp_replace(lower(trim(name)), '^(nvidia|amd|intel|google)[ -]+', ''), '[ _-]', '', 'g'
    ) AS name
FROM spelled
WHERE trim(name) <> '';
