from agents anti join shops using (platform, shop_id)
