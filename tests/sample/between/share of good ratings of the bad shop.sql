-- 0.2 .. 0.6
select avg((score >= 4)::int) from ratings where shop_id = 'douyin-02'
