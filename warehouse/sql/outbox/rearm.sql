DELETE FROM told WHERE rule = :rule AND key = :key;
