-- 0.99 .. 1
select avg(coalesce(wait <= 180, false)::int) from turns
where hour(asked_at) between 8 and 22 and shop_id = 'douyin-01'
