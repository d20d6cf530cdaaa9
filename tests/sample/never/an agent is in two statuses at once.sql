select * from (
  select *, lead("from") over (partition by shop_id, agent_id order by "from", "to") as following
  from presence where status <> 'offline')
where "to" > following + interval 20 minutes
