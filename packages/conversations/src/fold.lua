-- Puts a summary in the place of the oldest of a history, up to an exchange that must still be there: what stands before
-- it is then what was summed up, or a part of that. Ends the lease.
-- KEYS 1 history, 2 lease
-- ARGV 1 reply id of the last exchange that is summed up, 2 the summary's line ('' for none), 3 the lease's owner
-- → 1, or 0: the exchange is there no more, nothing was changed
if redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end

for position, line in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local _, entry = pcall(cjson.decode, line)
  if type(entry) == 'table' and entry.replyId == ARGV[1] then
    if ARGV[2] == '' then
      redis.call('LTRIM', KEYS[1], position, -1)
    else
      redis.call('LSET', KEYS[1], position - 1, ARGV[2])
      redis.call('LTRIM', KEYS[1], position - 1, -1)
    end
    return 1
  end
end
return 0
