-- What a conversation's boxes and its history hold in words, at one moment.
-- KEYS 1 inbox, 2 turn, 3 history, 4 dead, 5… replies
-- → { { message… }, { how many of them are in a turn, its reply's id; nil for none }, { line of the history… }, { dead letter… },
--     { reply (JSON; nil for one that is not in the outbox)… } }
local replies = {}
for position = 5, #KEYS do
  table.insert(replies, redis.call('HGET', KEYS[position], 'reply'))
end
return {
  redis.call('LRANGE', KEYS[1], 0, -1),
  redis.call('HMGET', KEYS[2], 'count', 'replyId'),
  redis.call('LRANGE', KEYS[3], 0, -1),
  redis.call('LRANGE', KEYS[4], 0, -1),
  replies,
}
