-- Where a source contradicts what `instance_types` holds of a machine.
CREATE OR REPLACE VIEW spec_conflicts AS
WITH claims AS (
    SELECT
        i.provider, i.instance_type, m.source AS other_source, m.as_of,
        unnest([
            struct_pack(field := 'vcpus', held := i.vcpus::VARCHAR, other := m.vcpus::VARCHAR),
            struct_pack(field := 'accelerator', held := i.accelerator, other := m.accelerator),
            struct_pack(
                field := 'accelerator_count', held := i.accelerator_count::VARCHAR, other := m.accelerator_count::VARCHAR
            )
        ]) AS claim
    FROM instance_types AS i
    JOIN machine_specs AS m USING (provider, instance_type)
)
SELECT
    provider, instance_type, claim.field AS field, claim.held AS held_value, claim.other AS other_value,
    other_source, as_of
FROM claims
WHERE claim.held <> claim.other;
