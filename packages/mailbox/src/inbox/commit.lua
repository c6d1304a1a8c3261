-- Ends a turn: the reply is final, the history knows it, the messages leave the inbox. All or nothing.
-- KEYS 1 inbox, 2 turn, 3 outbox, 4 reply, 5 history, 6 dead, 7 journal
-- ARGV 1 fence, 2 reply id, 3 reply (JSON; '' for no reply), 4 dead letter (JSON; '' for none),
--      5 how many of the latest history entries to forget first, 6 most history entries, 7 how long history is kept (ms),
--      8 detail for the journal, 9… history entries
-- → how many messages wait now, or -1: a newer attempt runs, nothing was changed
local inbox, turn, outbox, reply, history, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]

local current = redis.call('HMGET', turn, 'fence', 'count', 'forgotten')
if current[1] ~= ARGV[1] then return -1 end

local opened = redis.call('EXISTS', reply) == 1
if ARGV[3] ~= '' then
  if not opened then redis.call('RPUSH', outbox, ARGV[2]) end
  redis.call('HSET', reply, 'reply', ARGV[3])
elseif opened then
  -- What shows that it was coming is taken back by whoever showed it.
  redis.call('HSET', reply, 'withdrawn', 1)
end

if ARGV[4] ~= '' then redis.call('RPUSH', dead, ARGV[4]) end

-- An attempt that has read what was forgotten since would bring some of it back.
if current[3] ~= ARGV[1] then
  if ARGV[5] ~= '0' then redis.call('LTRIM', history, 0, -ARGV[5] - 1) end
  if #ARGV > 8 then
    redis.call('RPUSH', history, unpack(ARGV, 9))
    redis.call('LTRIM', history, -ARGV[6], -1)
    redis.call('PEXPIRE', history, ARGV[7])
  end
end

journal(KEYS[7], 'committed', ARGV[2], ARGV[8])
redis.call('LTRIM', inbox, current[2], -1)
redis.call('DEL', turn)
return redis.call('LLEN', inbox)
