-- Prolongs the leases of slots. One that is gone (it ended, or Redis lost it) is taken anew where there is room.
-- KEYS 1 slots, see take.lua
-- ARGV 1 lease (ms), 2… of each slot: its id, how many there are
-- → of each slot: 1 it is held, 0 it is lost
local time = redis.call('TIME')
local endsAt = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local held = {}
for i = 2, #ARGV, 2 do
  local id, limit = ARGV[i], tonumber(ARGV[i + 1])
  -- While it stands in the set nobody else has its place, even past its end.
  local keeps = redis.call('ZSCORE', KEYS[1], id) or redis.call('ZCARD', KEYS[1]) < limit
  if keeps then redis.call('ZADD', KEYS[1], endsAt, id) end
  table.insert(held, keeps and 1 or 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return held
