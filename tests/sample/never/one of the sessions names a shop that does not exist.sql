from sessions anti join shops using (platform, shop_id)
