-- 4 .. 4
select count(distinct platform) from messages union all select count(distinct platform) from sessions
union all select count(distinct platform) from assignments union all select count(distinct platform) from ratings
union all select count(distinct platform) from invites union all select count(distinct platform) from presence
union all select count(distinct platform) from agents union all select count(distinct platform) from shops
union all select count(distinct platform) from visits union all select count(distinct platform) from pauses
