-- 0.99 .. 1
select avg((microsecond(ts) % 1000000 <> 0)::int) from messages where platform = 'taobao'
