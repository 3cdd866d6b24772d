INSERT INTO deliveries (message, target, next_attempt_at) VALUES (:message, :target, :moment) ON CONFLICT DO NOTHING;
