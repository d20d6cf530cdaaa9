select session_id from sessions join messages using (platform, shop_id, session_id)
group by all having max(ts) > any_value(ended_at)
