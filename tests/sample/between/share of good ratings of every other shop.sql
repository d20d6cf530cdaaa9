-- 0.75 .. 1
select avg((score >= 4)::int) from ratings where shop_id <> 'douyin-02' group by shop_id
