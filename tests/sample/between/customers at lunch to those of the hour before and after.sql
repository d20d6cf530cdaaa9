-- 1.2 .. 2.5
select count(*) filter (hour(started_at) = 12) / (count(*) filter (hour(started_at) = 11)),
       count(*) filter (hour(started_at) = 12) / (count(*) filter (hour(started_at) = 14)) from sessions
