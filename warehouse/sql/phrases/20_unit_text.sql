CREATE OR REPLACE TEMP MACRO unit_text(unit, language) AS
    CASE unit
        WHEN 'hour' THEN say(language, 'hour', 'hora')
        WHEN 'vcpu_hour' THEN say(language, 'vCPU-hour', 'vCPU-hora')
        WHEN 'gib_hour' THEN say(language, 'GiB-hour of memory', 'GiB-hora de memória')
        WHEN 'gb' THEN 'GB'
        WHEN 'gb_month' THEN say(language, 'GB-month', 'GB-mês')
        WHEN 'gb_hour' THEN say(language, 'GB-hour', 'GB-hora')
        WHEN 'iops_month' THEN say(language, 'IOPS-month', 'IOPS-mês')
        WHEN 'request' THEN say(language, 'request', 'requisição')
        WHEN 'thousand_requests' THEN say(language, 'thousand requests', 'mil requisições')
        WHEN 'million_tokens' THEN say(language, 'million tokens', 'milhão de tokens')
        WHEN 'unit' THEN say(language, 'unit', 'unidade')
        ELSE unit
    END;
