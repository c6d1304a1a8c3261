-- Opens the reply of a turn in the outbox, or replaces its text so far.
-- KEYS 1 turn, 2 outbox, 3 reply, 4 journal
-- ARGV 1 fence, 2 reply id, 3 reply (JSON)
-- → 'opened', 'updated', 'stopped' (the person asked to stop), 'superseded' (a newer attempt runs)
local current = redis.call('HMGET', KEYS[1], 'fence', 'stopped')
if current[1] ~= ARGV[1] then return 'superseded' end
if current[2] == '1' then return 'stopped' end

local opened = redis.call('EXISTS', KEYS[3]) == 0
if opened then
  redis.call('RPUSH', KEYS[2], ARGV[2])
  journal(KEYS[4], 'opened', ARGV[2], '{}')
end
redis.call('HSET', KEYS[3], 'reply', ARGV[3])
return opened and 'opened' or 'updated'
