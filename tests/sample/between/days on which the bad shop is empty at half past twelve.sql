-- 31 .. 31
select 31 - count(distinct date_trunc('day', "from")) from presence p join agents a using (shop_id, agent_id)
where shop_id = 'douyin-02' and status = 'online' and counted
  and date_trunc('day', "from") + interval '12 hours 30 minutes' between "from" and "to"
