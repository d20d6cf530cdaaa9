from presence anti join agents using (platform, shop_id, agent_id) where agent_id is not null
