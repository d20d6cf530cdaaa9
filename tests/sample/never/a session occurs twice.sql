select platform, shop_id, session_id from sessions group by all having count(*) > 1
