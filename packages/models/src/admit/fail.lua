-- Notes a failure of an endpoint, and opens its breaker where that was one too many.
-- KEYS 1 breakers: hash, endpoint → '<failures> <since, ms> <open until, ms; 0: closed> <how long it is open, ms>'; an
--      endpoint that is not in it is clean, 2 probe
-- ARGV 1 endpoint, 2 now (ms), 3 for how long it opens at once (ms; 0: not at once), 4 failures that open it,
--      5 within which time (ms), 6 for how long at first (ms), 7 for how long at most (ms),
--      8 after how long without a failure everything is forgotten (ms)
-- → { 1 this opened it or 0, the endpoint's line }
local endpoint, now, atOnce = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local most, within, openFirst, openMost = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local noted = redis.call('HGET', KEYS[1], endpoint) or '0 0 0 0'
local failures, since, openUntil, openFor = string.match(noted, '^(%d+) (%d+) (%d+) (%d+)$')
failures, since, openUntil, openFor = tonumber(failures), tonumber(since), tonumber(openUntil), tonumber(openFor)

local opens = false
if openUntil > now then
  -- The call began before it opened. It says nothing new, unless it names a later time.
  if atOnce > 0 then openUntil = math.max(openUntil, now + atOnce) end
elseif openUntil > 0 then
  opens = true
  openFor = math.min(2 * openFor, openMost)
else
  if failures == 0 or now - since > within then failures, since = 0, now end
  failures = failures + 1
  opens = atOnce > 0 or failures >= most
  openFor = openFirst
end
if opens then
  failures = 0
  openUntil = now + (atOnce > 0 and atOnce or openFor)
  redis.call('DEL', KEYS[2])
end

local line = string.format('%.0f %.0f %.0f %.0f', failures, since, openUntil, openFor)
redis.call('HSET', KEYS[1], endpoint, line)
redis.call('PEXPIRE', KEYS[1], ARGV[8])
return { opens and 1 or 0, line }
