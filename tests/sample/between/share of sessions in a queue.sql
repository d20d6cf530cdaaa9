-- 0.1 .. 0.4
select avg((assigned_at > human_requested_at)::int) from sessions where human_requested_at is not null
