-- Asks to be the one who tries an endpoint whose breaker is half-open.
-- KEYS 1 breakers, see fail.lua, 2 probe
-- ARGV 1 endpoint, 2 now (ms), 3 after how long another may try too (ms)
-- → 'probe': try it; 'open': it opened again, or another tries; 'closed': another has succeeded
local noted = redis.call('HGET', KEYS[1], ARGV[1])
local openUntil = noted and tonumber(string.match(noted, '^%d+ %d+ (%d+)')) or 0
if openUntil == 0 then return 'closed' end
if openUntil > tonumber(ARGV[2]) then return 'open' end
return redis.call('SET', KEYS[2], 1, 'NX', 'PX', ARGV[3]) and 'probe' or 'open'
