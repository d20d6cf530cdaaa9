from sessions where started_at < timestamp '2026-10-01' or started_at >= timestamp '2026-11-01'
