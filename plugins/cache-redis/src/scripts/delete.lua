-- Removes answers, also from the index and from the ends. Needs no room, unlike a transaction.
-- KEYS: index, ends. ARGV: beginning of the names of answers, then keys. Returns the number of removed answers.
local removed = 0
for at = 2, #ARGV do
    removed = removed + redis.call('UNLINK', ARGV[1] .. ARGV[at])
    redis.call('ZREM', KEYS[1], ARGV[at])
    redis.call('ZREM', KEYS[2], ARGV[at])
end
return removed
