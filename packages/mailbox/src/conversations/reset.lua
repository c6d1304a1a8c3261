-- Forgets what was said, and its summary. The attempt at a turn that has read it is marked: see commit.lua.
-- KEYS 1 history, 2 turn
-- → { how many entries were forgotten, 1 if there is a turn }
local entries = redis.call('LLEN', KEYS[1])
redis.call('DEL', KEYS[1])
local fence = redis.call('HGET', KEYS[2], 'fence')
if fence then redis.call('HSET', KEYS[2], 'forgotten', fence) end
return { entries, fence and 1 or 0 }
