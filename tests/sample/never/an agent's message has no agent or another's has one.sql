from messages where (role = 'agent') <> (agent_id is not null)
