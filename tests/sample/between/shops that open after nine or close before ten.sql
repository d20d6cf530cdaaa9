-- 1 .. 1
select count(*) from shops where opens_at > '09:00:00' or closes_at < '22:00:00'
