DELETE FROM told WHERE told_at < :before;
