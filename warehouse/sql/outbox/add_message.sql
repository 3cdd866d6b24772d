INSERT INTO messages (message, rule, snapshot, events, created_at, title, body)
VALUES (:message, :rule, :snapshot, :events, :moment, :title, :body)
ON CONFLICT DO NOTHING;
