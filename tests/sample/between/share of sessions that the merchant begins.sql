-- 0.02 .. 0.06
select avg((initiated_by = 'merchant')::int) from sessions
