-- 0.005 .. 0.04
select avg((end_reason = 'no_agent')::int) from sessions
