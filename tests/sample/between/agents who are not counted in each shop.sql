-- 1 .. 1
select count(*) filter (not counted) from agents group by shop_id
