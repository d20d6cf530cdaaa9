from messages where ts < timestamp '2026-10-01' or ts > timestamp '2026-11-01 00:04:00'
