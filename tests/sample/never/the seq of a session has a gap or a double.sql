select session_id from messages group by platform, shop_id, session_id
having count(distinct seq) <> count(*) or max(seq) <> count(*) - 1 or min(seq) <> 0
