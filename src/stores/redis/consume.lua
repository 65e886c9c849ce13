-- Single use: deletes the record and returns 1 for exactly one caller, ever. Takes back the caller's guess, which was
-- right; the winner also clears the verify limit.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was attempted
-- Returns  1 or 0

local identity = load_identity(KEYS[1])
local record, place = find_record(identity, ARGV[2], read_fence())
local guesses = load_guesses(KEYS[2])
local won = record and record[CHALLENGE] == ARGV[3]
if won then
  table.remove(identity[RECORDS], place)
  identity[VERIFIES] = {}
  save_identity(KEYS[1], identity)
end
if guesses[1] > 1 then
  save(KEYS[2], { guesses[1] - 1, guesses[2] }, guesses[2])
elseif guesses[1] == 1 then
  redis.call('DEL', KEYS[2])
end
return won and 1 or 0
