-- Enters what an answer used into the books and its cost into its accounts, and ends its reservation. Once.
-- KEYS 1 mark that this was done, 2 books of the day: hash, line → '<answers> <prompt> <completion tokens> <micros>',
--      3… accounts, see reserve.lua
-- ARGV 1 reservation id, 2 cost (micros), 3 prompt tokens, 4 completion tokens, 5 how long the mark is kept (ms),
--      6 how long the books are kept (ms), 7… how long each account is kept (ms), then the lines of the books
-- → 1 entered, 0 it was before
local mark, books = KEYS[1], KEYS[2]
local id, cost, prompt, completion = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local accounts = #KEYS - 2

if not redis.call('SET', mark, 1, 'NX', 'PX', ARGV[5]) then return 0 end

for i = 1, accounts do
  local account = KEYS[2 + i]
  redis.call('HDEL', account, 'reserved:' .. id)
  redis.call('HINCRBY', account, 'spent', cost)
  redis.call('PEXPIRE', account, ARGV[6 + i])
end

-- One field with four numbers takes a third of the memory of four fields.
for i = 7 + accounts, #ARGV do
  local line = redis.call('HGET', books, ARGV[i]) or '0 0 0 0'
  local answers, prompts, completions, micros = string.match(line, '^(%d+) (%d+) (%d+) (%d+)$')
  line = string.format('%.0f %.0f %.0f %.0f', answers + 1, prompts + prompt, completions + completion, micros + cost)
  redis.call('HSET', books, ARGV[i], line)
end
redis.call('PEXPIRE', books, ARGV[6])
return 1
