-- 1.1 .. 1.5
select (count(*) filter (isodow(started_at) > 5) / 9) / (count(*) filter (isodow(started_at) <= 5) / 22) from sessions
