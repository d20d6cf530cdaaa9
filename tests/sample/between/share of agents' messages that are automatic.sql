-- 0.02 .. 0.08
select avg(automatic::int) from messages where role = 'agent'
