from visits anti join shops using (platform, shop_id)
