-- 0 .. 0.5
select avg(coalesce(wait <= 180, false)::int) from turns
where platform = 'kuaishou' and asked_at >= timestamp '2026-10-13 14:00' and asked_at < timestamp '2026-10-13 17:00'
