-- 4 .. 5
select count(distinct coalesce(max_reception, -1)) from agents
