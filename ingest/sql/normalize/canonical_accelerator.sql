-- The canonical name of an accelerator. Of several with that name the one whose memory (GiB of each) is
-- near; without it, or with none near, the name as it came: the gate asks for it then.
CREATE MACRO canonical_accelerator(spelling, memory_of_each) AS coalesce(
    (
        SELECT CASE
            WHEN count(DISTINCT n.accelerator) = 1 THEN any_value(n.accelerator)
            ELSE arg_min(n.accelerator, abs(n.memory_gib - memory_of_each))
                FILTER (abs(n.memory_gib - memory_of_each) <= 0.15 * n.memory_gib)
        END
        FROM accelerator_names AS n
        WHERE n.name = regexp_replace(
            regexp_replace(lower(trim(spelling)), '^(nvidia|amd|intel|google)[ -]+', ''), '[ _-]', '', 'g'
        )
    ),
    spelling
);
