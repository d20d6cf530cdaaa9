-- 0.85 .. 1
select avg(coalesce(wait <= 180, false)::int) from turns
where platform in ('xiaohongshu', 'taobao')
  and asked_at >= timestamp '2026-10-13 14:00' and asked_at < timestamp '2026-10-13 17:00'
