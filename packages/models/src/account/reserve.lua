-- Reserves an estimate on all accounts of a request, or, where one of them is spent, on none.
-- KEYS 1… accounts: hashes of 'spent' (micros) and 'reserved:<id>' → '<micros> <ends at, ms>'
-- ARGV 1 reservation id, 2 estimate (micros), 3 now (ms), 4 when the reservation ends (ms),
--      5… of each account: limit (micros), how long it is kept (ms)
-- → the numbers (from 1) of the accounts that are spent; none: it is reserved
local id, estimate, now, endsAt = 'reserved:' .. ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

-- What is spent and what others have reserved; reservations that ended are dropped.
local function committed(account)
  local sum = 0
  local fields = redis.call('HGETALL', account)
  for i = 1, #fields, 2 do
    local field, value = fields[i], fields[i + 1]
    if field == 'spent' then
      sum = sum + tonumber(value)
    -- A connection that broke repeats its last commands: this may be the second time.
    elseif field ~= id then
      local micros, till = string.match(value, '^(%d+) (%d+)$')
      if tonumber(till) > now then sum = sum + tonumber(micros) else redis.call('HDEL', account, field) end
    end
  end
  return sum
end

local over = {}
for number, account in ipairs(KEYS) do
  if committed(account) >= tonumber(ARGV[3 + 2 * number]) then table.insert(over, number) end
end
if #over > 0 then return over end

for number, account in ipairs(KEYS) do
  redis.call('HSET', account, id, estimate .. ' ' .. endsAt)
  redis.call('PEXPIRE', account, ARGV[4 + 2 * number])
end
return over
