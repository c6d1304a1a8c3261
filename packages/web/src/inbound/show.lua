-- Puts a person's message into the conversation's events, once.
-- KEYS 1 events, 2 mark of the message
-- ARGV 1 event (JSON), 2 most events, 3 how long events are kept (s), 4 how long the mark is kept (s),
--      5 the message's id when the conversation starts anew: what was shown goes, but for a quick answer to it; else ''
-- → 1 shown, 0 shown before
local events, mark, anew = KEYS[1], KEYS[2], ARGV[5]

if not redis.call('SET', mark, 1, 'NX', 'EX', ARGV[4]) then return 0 end
if anew ~= '' then
  for _, entry in ipairs(redis.call('XRANGE', events, '-', '+')) do
    local id, fields = entry[1], entry[2]
    if not string.find(fields[2], anew, 1, true) then redis.call('XDEL', events, id) end
  end
end
redis.call('XADD', events, 'MAXLEN', '~', ARGV[2], '*', 'event', ARGV[1])
redis.call('EXPIRE', events, ARGV[3])
redis.call('PUBLISH', events, '')
return 1
