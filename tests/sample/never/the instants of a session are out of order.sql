from sessions
where human_requested_at < started_at or assigned_at < human_requested_at
   or assigned_at > ended_at or ended_at < started_at
