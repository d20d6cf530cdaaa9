-- 0 .. 0
select count(*) filter (microsecond(ts) % 1000000 <> 0) from messages where platform <> 'taobao'
