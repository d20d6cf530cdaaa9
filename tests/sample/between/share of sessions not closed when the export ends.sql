-- 0.002 .. 0.02
select avg((ended_at is null)::int) from sessions
