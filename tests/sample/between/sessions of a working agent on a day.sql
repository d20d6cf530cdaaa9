-- 1 .. 120
select avg(n) from (select count(*) as n from assignments group by agent_id, date_trunc('day', "from"))
