-- Machines of the EC2 constants, and one row for every priced type without constants. A metal size is
-- described by the size it names (metal-48xl), else by the family's one largest size if both cost the
-- same; whatever else is not known of a type stays null. Accelerators come from the reference table,
-- because the package gives their memory as a total for most families and per GPU for p5en.
WITH entries AS (
    SELECT entry.key AS instance_type, entry.value AS machine, entry.value->'extra' AS extra
    FROM machines, json_each(machines.document::JSON) AS entry
),
described AS (
    SELECT
        instance_type,
        TRY_CAST(extra->>'vcpu' AS DOUBLE) AS vcpus,
        coalesce(
            TRY_CAST(replace(regexp_extract(extra->>'memory', '^([\d.,]+) GiB$', 1), ',', '') AS DOUBLE),
            TRY_CAST(machine->>'ram' AS DOUBLE) / 1024
        ) AS memory_gib,
        extra->>'physicalProcessor' AS cpu_model,
        CASE
            WHEN regexp_matches(extra->>'physicalProcessor', 'Graviton|Apple M') THEN 'arm64' ELSE 'x86_64'
        END AS architecture,
        regexp_extract(extra->>'storage', '(?i)^(?:(\d+) x )?(\d+)', ['disks', 'each']) AS storage,
        extra->>'storage' = 'EBS only' AS without_storage,
        TRY_CAST(regexp_extract(extra->>'networkPerformance', '([\d.]+) (?:Gig|Meg)abit', 1) AS DOUBLE)
            / CASE WHEN contains(extra->>'networkPerformance', 'Megabit') THEN 1000 ELSE 1 END AS network_gbps
    FROM entries
    WHERE contains(instance_type, '.')
),
known AS (
    SELECT
        * EXCLUDE (storage, without_storage),
        CASE WHEN without_storage THEN 0
             ELSE TRY_CAST(storage.each AS DOUBLE) * coalesce(TRY_CAST(storage.disks AS DOUBLE), 1)
        END AS local_storage_gb,
        split_part(instance_type, '.', 1) AS family
    FROM described
),
costs AS (
    SELECT instance_type, region, price FROM prices WHERE operating_system = 'linux' AND price > 0
),
missing AS (
    SELECT DISTINCT instance_type, split_part(instance_type, '.', 1) AS family
    FROM prices
    WHERE contains(instance_type, '.') AND instance_type NOT IN (SELECT instance_type FROM known)
),
largest AS (
    SELECT family, max(vcpus) AS vcpus, arg_max(instance_type, vcpus) AS instance_type
    FROM known
    GROUP BY family
    HAVING count(*) FILTER (vcpus = (SELECT max(k.vcpus) FROM known AS k WHERE k.family = known.family)) = 1
),
siblings AS (
    SELECT missing.instance_type, missing.family,
           missing.family || '.' || regexp_extract(missing.instance_type, '\.metal-(\d+xl)$', 1) || 'arge' AS sibling
    FROM missing
    WHERE regexp_matches(missing.instance_type, '\.metal-\d+xl$')
    UNION ALL
    SELECT missing.instance_type, missing.family, largest.instance_type
    FROM missing
    JOIN largest USING (family)
    WHERE missing.instance_type = missing.family || '.metal'
      AND missing.family <> 'i3' -- its Xen sizes hold 8 of the 72 vCPUs back; the metal gives them
      AND (SELECT median(metal.price / sibling.price)
           FROM costs AS metal JOIN costs AS sibling USING (region)
           WHERE metal.instance_type = missing.instance_type
             AND sibling.instance_type = largest.instance_type) = 1
),
families AS (
    SELECT family, min(architecture) AS architecture, min(cpu_model) AS cpu_model
    FROM known
    GROUP BY family
    HAVING count(DISTINCT architecture) = 1 AND count(DISTINCT cpu_model) = 1
),
derived AS (
    SELECT missing.instance_type, missing.family, families.architecture, families.cpu_model,
           known.* EXCLUDE (instance_type, family, architecture, cpu_model)
    FROM missing
    LEFT JOIN families USING (family)
    LEFT JOIN siblings USING (instance_type)
    LEFT JOIN known ON known.instance_type = siblings.sibling
),
all_types AS (FROM known UNION ALL BY NAME FROM derived)
SELECT all_types.*, accelerator, accelerator_count, accelerator_memory_gib
FROM all_types
LEFT JOIN aws_accelerators USING (instance_type)
