-- 0.005 .. 0.03
select avg((hour(started_at) < 7)::int) from sessions
