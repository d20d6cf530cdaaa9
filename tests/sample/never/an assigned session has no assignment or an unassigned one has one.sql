select s.session_id, s.assigned_at, min(a."from") from sessions s
left join assignments a using (platform, shop_id, session_id)
group by all having s.assigned_at is distinct from min(a."from")
