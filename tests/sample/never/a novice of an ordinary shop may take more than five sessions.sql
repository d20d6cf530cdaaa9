from agents where experience = 'novice' and max_reception > 5 and shop_id <> 'douyin-02'
