-- The single use: deletes the record and returns 1 for exactly one caller, ever. Takes back the caller's guess,
-- which was right; the winner also clears the verify limit.
-- KEYS[1]  record
-- KEYS[2]  limits of the identity
-- KEYS[3]  guess count of the identity
-- ARGV[3]  challenge of the record that was attempted
-- Returns  1 or 0

local record = load_record(KEYS[1], read_fence())
local won = record and record[CHALLENGE] == ARGV[3]
if won then redis.call('DEL', KEYS[1]) end

local guesses = load_guesses(KEYS[3])
if guesses[1] > 1 then
  save(KEYS[3], { guesses[1] - 1, guesses[2] }, guesses[2])
elseif guesses[1] == 1 then
  redis.call('DEL', KEYS[3])
end
if not won then return 0 end
local limits = load(KEYS[2])
if limits and #limits[LOG_VERIFIES] > 0 then
  limits[LOG_VERIFIES] = {}
  save(KEYS[2], limits, limits[LOG_EXPIRES_AT])
end
return 1
