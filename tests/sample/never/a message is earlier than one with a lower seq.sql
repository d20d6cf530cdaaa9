select * from (
  select *, lag(ts) over (partition by platform, shop_id, session_id order by seq) as before
  from messages)
where ts < before
