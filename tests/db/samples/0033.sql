-- Something that was about to be said.

INSERT INTO saying (digest, at) VALUES ('\x00112233445566778899aabbccddeeff', '2026-10-06Z');
