-- Turns after the request for a human, by hand: asked, answered or not, wait in seconds.
create table turns as
with told as (
  select m.*, m.role = 'buyer' as asks
  from messages m
  join sessions s using (platform, shop_id, session_id)
  where m.ts >= s.human_requested_at
    and (m.role = 'buyer' or (m.role = 'agent' and not m.automatic))
),
sided as (
  select *, lag(asks) over inside as before from told
  window inside as (partition by shop_id, session_id order by ts, seq)
),
edges as (
  select *, lead(ts) over inside as answered_at from sided
  where asks is distinct from before
  window inside as (partition by shop_id, session_id order by ts, seq)
)
select platform, shop_id, session_id, ts as asked_at, answered_at,
       epoch(answered_at - ts) as wait
from edges where asks
