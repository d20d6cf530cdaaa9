-- 0.005 .. 0.03
select avg((wait is null)::int) from turns
