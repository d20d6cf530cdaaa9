from ratings where (subject = 'bot') <> (agent_id is null)
