-- 5 .. 100
select count(*) from (
  select *, lead("from") over (partition by session_id order by "from", "to" nulls last) as next from assignments) a
where next is not null and not exists (
  from messages m where m.session_id = a.session_id and m.agent_id = a.agent_id and not m.automatic
  and m.ts >= a."from" and m.ts < a."to")
