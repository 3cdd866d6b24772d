SELECT k.key_no, k.price_id::VARCHAR AS price_id, k.provider, k.instance_type, k.region, k.operating_system, k.tenancy,
       k.purchase_option, i.accelerator
FROM price_keys AS k LEFT JOIN instance_types AS i USING (provider, instance_type)
