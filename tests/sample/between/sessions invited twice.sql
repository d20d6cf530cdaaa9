-- 5 .. 100
select count(*) from (select session_id from invites group by 1 having count(*) > 1)
