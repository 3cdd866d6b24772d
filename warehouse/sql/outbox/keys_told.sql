SELECT key FROM told WHERE rule = :rule;
