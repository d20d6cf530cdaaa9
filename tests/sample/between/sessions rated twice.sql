-- 5 .. 100
select count(*) from (select session_id from ratings group by 1 having count(*) > 1)
