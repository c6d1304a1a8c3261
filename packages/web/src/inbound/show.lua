-- Puts a person's message into the conversation's events, once.
-- KEYS 1 events, 2 mark of the message
-- ARGV 1 event (JSON), 2 most events, 3 how long events are kept (s), 4 how long the mark is kept (s),
--      5 '1' when the conversation starts anew, and what was shown goes
-- → 1 shown, 0 shown before
local events, mark = KEYS[1], KEYS[2]

if not redis.call('SET', mark, 1, 'NX', 'EX', ARGV[4]) then return 0 end
if ARGV[5] == '1' then redis.call('XTRIM', events, 'MAXLEN', 0) end
redis.call('XADD', events, 'MAXLEN', '~', ARGV[2], '*', 'event', ARGV[1])
redis.call('EXPIRE', events, ARGV[3])
redis.call('PUBLISH', events, '')
return 1
