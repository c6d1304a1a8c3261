-- Does again what was given up, once: a letter that is not there any more was replayed or dropped.
-- KEYS 1 dead, 2 inbox, 3 outbox, 4 reply, 5 journal
-- ARGV 1 the letter as it stands there, 2 reply id ('' for messages), 3 what the journal calls it, 4 detail for the journal, then
--      messages (JSON)…, or fields and values of the reply's hash in turn, as take.lua of the outbox has them
-- → 1, or 0: it is not there any more
local dead, inbox, outbox, reply = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if redis.call('LREM', dead, 1, ARGV[1]) == 0 then return 0 end

if ARGV[2] == '' then
  redis.call('RPUSH', inbox, unpack(ARGV, 5))
else
  redis.call('RPUSH', outbox, ARGV[2])
  redis.call('HSET', reply, unpack(ARGV, 5))
end
journal(KEYS[5], 'replayed', ARGV[3], ARGV[4])
return 1
