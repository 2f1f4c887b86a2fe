-- Somebody who was told their own digest.

UPDATE chat_preference SET digest_day = '2026-10-05';
