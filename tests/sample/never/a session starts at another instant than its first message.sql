select s.session_id, s.started_at, min(m.ts) from sessions s
left join messages m using (platform, shop_id, session_id)
group by all having s.started_at is distinct from min(m.ts)
