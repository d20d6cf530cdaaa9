-- 0.01 .. 0.1
select avg((ts = before)::int) from (
  select ts, lag(ts) over (partition by session_id order by seq) as before from messages where platform <> 'taobao')
