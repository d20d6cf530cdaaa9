select 'assignments' as what from assignments where "to" < "from"
union all select 'presence' from presence where "to" < "from"
union all select 'pauses' from pauses where "to" < "from"
