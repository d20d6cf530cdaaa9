from presence anti join shops using (platform, shop_id)
