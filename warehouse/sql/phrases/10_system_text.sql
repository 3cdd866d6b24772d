CREATE OR REPLACE TEMP MACRO system_text(operating_system) AS
    CASE operating_system
        WHEN 'linux' THEN 'Linux'
        WHEN 'windows' THEN 'Windows'
        WHEN 'rhel' THEN 'RHEL'
        WHEN 'rhel_ha' THEN 'RHEL HA'
        WHEN 'suse' THEN 'SUSE'
        WHEN 'ubuntu_pro' THEN 'Ubuntu Pro'
        WHEN 'sles_sap' THEN 'SLES for SAP'
        WHEN 'byol' THEN 'BYOL'
        ELSE operating_system
    END;
