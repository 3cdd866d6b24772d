CREATE OR REPLACE TEMP MACRO service_title(service, language) AS
    CASE service
        WHEN 'tokens' THEN say(language, 'language models by the token', 'modelos de linguagem por token')
        WHEN 'AmazonEC2' THEN 'Amazon EC2'
        WHEN 'AmazonRDS' THEN 'Amazon RDS'
        WHEN 'AmazonS3' THEN 'Amazon S3'
        WHEN 'AmazonSageMaker' THEN 'Amazon SageMaker'
        WHEN 'AWSDataTransfer' THEN 'AWS Data Transfer'
        WHEN 'AWSLambda' THEN 'AWS Lambda'
        ELSE service
    END;
