-- 0.005 .. 0.05
select avg((n > 1)::int) from (select count(*) as n from assignments group by session_id)
