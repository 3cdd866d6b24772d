DELETE FROM deliveries WHERE message NOT IN (SELECT message FROM messages);
