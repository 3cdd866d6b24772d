SELECT * FROM (
    VALUES ('h', 'hour'), ('hr', 'hour'), ('hrs', 'hour'), ('hour', 'hour'), ('hours', 'hour'), ('1 hour', 'hour'),
           ('per hour', 'hour'), ('hora', 'hour'), ('horas', 'hour'), ('vcpu_hour', 'vcpu_hour'),
           ('vcpu hour', 'vcpu_hour'), ('gib_hour', 'gib_hour'), ('gib hour', 'gib_hour'), ('gb', 'gb'),
           ('gb_month', 'gb_month'), ('gb month', 'gb_month'), ('gb-month', 'gb_month'), ('gb-mo', 'gb_month'),
           ('gb/month', 'gb_month'), ('1 gb/month', 'gb_month'), ('gb_hour', 'gb_hour'), ('gb hour', 'gb_hour'),
           ('gb-hours', 'gb_hour'), ('iops_month', 'iops_month'), ('iops-mo', 'iops_month'), ('request', 'request'),
           ('requests', 'request'), ('thousand_requests', 'thousand_requests'), ('1k', 'thousand_requests'),
           ('million_tokens', 'million_tokens'), ('1m tokens', 'million_tokens'), ('mtok', 'million_tokens'),
           ('unit', 'unit'), ('units', 'unit')
) AS units(spelling, unit)
