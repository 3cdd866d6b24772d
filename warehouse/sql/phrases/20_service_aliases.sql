-- What people call a service, besides its title.
CREATE OR REPLACE TEMP MACRO service_aliases(service, language) AS
    CASE service
        WHEN 'AmazonEC2' THEN say(
            language,
            'EC2, AWS EC2, Elastic Compute Cloud, AWS virtual machines, AWS instances',
            'EC2, AWS EC2, Elastic Compute Cloud, máquinas virtuais da AWS, instâncias da AWS'
        )
        WHEN 'AmazonRDS' THEN 'RDS, AWS RDS'
        WHEN 'AmazonS3' THEN 'S3, AWS S3'
        WHEN 'AmazonSageMaker' THEN 'SageMaker, AWS SageMaker'
        WHEN 'AWSDataTransfer' THEN say(language, 'AWS egress', 'egress da AWS, transferência de dados da AWS')
        WHEN 'Virtual Machines' THEN say(
            language, 'Azure Virtual Machines, Azure VMs, Azure VM', 'Azure Virtual Machines, máquinas virtuais da Azure, VMs da Azure'
        )
        WHEN 'Compute Engine' THEN say(
            language,
            'Google Compute Engine, GCE, GCP Compute Engine, Google virtual machines',
            'Google Compute Engine, GCE, GCP Compute Engine, máquinas virtuais do Google Cloud'
        )
    END;
