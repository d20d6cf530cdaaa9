from invites anti join sessions using (platform, shop_id, session_id)
