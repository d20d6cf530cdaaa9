with hours as (
  select shop_id, moment
  from (select distinct shop_id from shops)
  cross join (
    select unnest(generate_series(
      timestamp '2026-10-01 08:30', timestamp '2026-10-31 22:30', interval 1 hour)) as moment)
  where hour(moment) between 8 and 22
)
from hours h where not exists (
  from presence p join agents a using (shop_id, agent_id)
  where p.shop_id = h.shop_id and a.counted and p.status <> 'offline'
    and h.moment >= p."from" and h.moment < p."to")
