UPDATE said AS d SET key_no = k.key_no FROM price_keys AS k WHERE d.key_no IS NULL AND k.price_id = d.price_id;
