-- 1.5 .. 3
select count(*) filter (hour(started_at) in (20, 21)) / (count(*) filter (hour(started_at) in (15, 16))) from sessions
