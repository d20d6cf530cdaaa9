-- 0.93 .. 0.99
select min(share), max(share) from (
  select avg(coalesce(wait <= 180, false)::int) as share from turns
  where hour(asked_at) between 8 and 22 and day(asked_at) <> 13
    and shop_id not in ('douyin-01', 'douyin-02')
  group by shop_id)
