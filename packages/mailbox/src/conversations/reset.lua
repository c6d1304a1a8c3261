-- Forgets what was said, and its summary. The attempt at a turn that has read it is marked: see commit.lua.
-- KEYS 1 history, 2 turn
-- → { how many entries were forgotten, 1 if somebody works on a turn }
local entries = redis.call('LLEN', KEYS[1])
redis.call('DEL', KEYS[1])
local fence, attempt, failures, postponed = unpack(redis.call('HMGET', KEYS[2], 'fence', 'attempt', 'failures', 'postponed'))
-- None is taken, or it was given back as often as it was taken.
if not fence or attempt - failures - postponed == 0 then return { entries, 0 } end
redis.call('HSET', KEYS[2], 'forgotten', fence)
return { entries, 1 }
