-- What a conversation holds, without what was said.
-- KEYS 1 journal, 2 history, 3 inbox, 4 outbox, 5 dead, 6 blocked
-- → { when something happened last (id of the journal's entry, or nil), entries of the history, messages that wait, replies
--     that wait, dead letters, since when it is blocked (ms, or nil) }
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local counts = {}
for position = 2, 5 do table.insert(counts, redis.call('LLEN', KEYS[position])) end
return { last and last[1] or false, counts[1], counts[2], counts[3], counts[4], redis.call('GET', KEYS[6]) }
