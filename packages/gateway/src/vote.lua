-- Notes what somebody thinks of a reply.
-- KEYS 1 vote, 2 blocked
-- ARGV 1 'up' or 'down', 2 how long it is kept (s)
-- → 'news', 'repeated' (they said so before) or 'blocked' (the conversation is; nothing was noted)
if redis.call('EXISTS', KEYS[2]) == 1 then return 'blocked' end
local before = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return before == ARGV[1] and 'repeated' or 'news'
