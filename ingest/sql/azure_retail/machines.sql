-- The machines that have a price. Of sizes the reference table lacks, only what their name says by Azure's
-- rule: [family][vCPUs](-[constrained vCPUs])[features](_[variant])_[version]. It does not hold for A, D, DS, G
-- and GS before version 3, whose number is not that of their vCPUs. `p` among the features is an Arm processor.
-- A size with constrained vCPUs has the memory and the disk of the whole one.
WITH
sold AS (SELECT DISTINCT instance_type FROM prices WHERE instance_type IS NOT NULL AND tenancy = 'shared'),
sizes AS (SELECT DISTINCT ON (instance_type) * FROM azure_sizes ORDER BY instance_type, libcloud_key),
spelled AS (
    SELECT
        instance_type,
        TRY_CAST(regexp_extract(instance_type, '_v(\d+)$', 1) AS INTEGER) AS version,
        regexp_extract(
            regexp_replace(instance_type, '_v\d+$', ''),
            '^Standard_([A-Z]{1,3})(\d+)(?:-(\d+))?([a-z]*)(?:_[A-Za-z0-9_]+)?$',
            ['family', 'vcpus', 'constrained', 'features']
        ) AS part
    FROM sold
),
ruled AS (
    SELECT
        *, part.family <> '' AND (part.family NOT IN ('A', 'D', 'DS', 'G', 'GS') OR version >= 3) AS fits
    FROM spelled
)
SELECT
    r.instance_type,
    coalesce(
        s.family,
        -- An isolated size (`i`) is of the family of the others.
        CASE WHEN fits THEN part.family || replace(part.features, 'i', '') || coalesce('v' || version, '') END,
        regexp_replace(r.instance_type, '^(Standard|Basic)_', '')
    ) AS family,
    CASE WHEN s.instance_type IS NOT NULL THEN s.vcpus::DOUBLE
         WHEN fits THEN coalesce(nullif(part.constrained, ''), part.vcpus)::DOUBLE END AS vcpus,
    coalesce(s.memory_gib, whole.memory_gib)::DOUBLE AS memory_gib,
    CASE WHEN s.instance_type IS NOT NULL THEN s.architecture
         WHEN fits AND contains(part.features, 'p') THEN 'arm64'
         WHEN fits AND part.family <> 'ND' THEN 'x86_64' END AS architecture,
    s.accelerator,
    s.accelerator_count::DOUBLE AS accelerator_count,
    s.accelerator_memory_gib::DOUBLE AS accelerator_memory_gib,
    coalesce(s.local_storage_gb, whole.local_storage_gb)::DOUBLE AS local_storage_gb,
    coalesce(s.source, $source) AS source
FROM ruled AS r
LEFT JOIN sizes AS s USING (instance_type)
LEFT JOIN sizes AS whole
    ON part.constrained <> '' AND whole.instance_type = replace(r.instance_type, '-' || part.constrained, '')
