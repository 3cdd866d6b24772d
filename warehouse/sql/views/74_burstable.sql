-- Whether a machine has a share of its processors only, and borrows the rest for a while.
CREATE OR REPLACE MACRO burstable(provider, instance_type) AS
    CASE provider
        WHEN 'aws' THEN regexp_matches(instance_type, '^t[1-9][a-z]*\.')
        WHEN 'azure' THEN regexp_matches(instance_type, '^Standard_B\d')
        WHEN 'gcp' THEN regexp_matches(instance_type, '^(e2-(micro|small|medium)$|f1-|g1-)')
        ELSE false
    END;
