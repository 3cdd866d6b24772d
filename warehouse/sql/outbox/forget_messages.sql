DELETE FROM messages WHERE created_at < :before;
