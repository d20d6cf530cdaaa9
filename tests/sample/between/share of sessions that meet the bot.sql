-- 0.2 .. 0.5
select avg(b::int) from (select bool_or(role = 'bot') as b from messages group by session_id)
