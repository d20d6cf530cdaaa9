-- 1.25 .. 2
select median(wait) filter (a.experience = 'novice') / median(wait) filter (a.experience = 'regular')
from turns t join messages m on m.session_id = t.session_id and m.ts = t.answered_at and m.role = 'agent'
join agents a on a.agent_id = m.agent_id where t.shop_id <> 'douyin-02'
