-- Notes that an endpoint answered: it is clean again, unless its breaker opened after the call began.
-- KEYS 1 breakers, see fail.lua, 2 probe
-- ARGV 1 endpoint, 2 now (ms)
-- → 'closed': this closed it; 'clean': it was not open; 'open': it stays so
local noted = redis.call('HGET', KEYS[1], ARGV[1])
local openUntil = noted and tonumber(string.match(noted, '^%d+ %d+ (%d+)')) or 0
if openUntil > tonumber(ARGV[2]) then return 'open' end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return openUntil > 0 and 'closed' or 'clean'
