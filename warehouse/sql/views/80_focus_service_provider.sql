-- A provider by the name that it gives itself in its own FOCUS data.
CREATE OR REPLACE MACRO focus_service_provider(provider) AS
    CASE provider
        WHEN 'aws' THEN 'AWS'
        WHEN 'azure' THEN 'Microsoft'
        WHEN 'gcp' THEN 'Google Cloud'
        WHEN 'oci' THEN 'Oracle'
        ELSE provider
    END;
