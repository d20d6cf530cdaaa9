select role as found from messages where role not in ('buyer', 'agent', 'bot', 'system')
union all select initiated_by from sessions where initiated_by not in ('buyer', 'merchant')
union all select status from presence where status not in ('online', 'busy', 'break', 'offline')
union all select "by" from invites where "by" not in ('agent', 'system')
union all select subject from ratings where subject not in ('human', 'bot')
union all select experience from agents where experience not in ('novice', 'regular')
union all select score::varchar from ratings where score not between 1 and 5
