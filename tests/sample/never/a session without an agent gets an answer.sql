from sessions join messages using (platform, shop_id, session_id)
where end_reason = 'no_agent' and (role = 'agent' or assigned_at is not null)
