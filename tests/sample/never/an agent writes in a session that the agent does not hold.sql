select m.* from messages m anti join assignments a
on a.platform = m.platform and a.shop_id = m.shop_id and a.session_id = m.session_id
   and a.agent_id = m.agent_id and m.ts >= a."from" and (a."to" is null or m.ts <= a."to")
where m.role = 'agent'
