-- Single use: deletes the record and returns the time of the sign-in to exactly one caller, ever. Takes back the caller's
-- guess, which was right; the winner also clears the verify limit.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- KEYS[3]  sign-out of the identity
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was attempted
-- ARGV[4]  id of the attempt, or ''
-- Returns  seconds, later than the last sign-out, even within the same second; 0 for every other caller

local identity = load_identity(KEYS[1])
local attempt
if ARGV[4] ~= '' then
  attempt = take_attempt(identity, ARGV[4])
  -- It has been taken back.
  if not attempt then return 0 end
end
local record, place = find_record(identity, ARGV[2], read_fence())
local won = record and record[CHALLENGE] == ARGV[3]
if won then
  table.remove(identity[RECORDS], place)
  identity[VERIFIES] = {}
end
if won or attempt then save_identity(KEYS[1], identity) end
take_guess_back(KEYS[2], attempt)
if not won then return 0 end
local seconds = math.floor(now / 1000000)
local sign_out = load_sign_out(KEYS[3])
if sign_out then
  seconds = math.max(seconds, sign_out[ENDED_SECONDS] + 1)
  sign_out[LATEST_SECONDS] = math.max(sign_out[LATEST_SECONDS], seconds)
  save(KEYS[3], sign_out, sign_out[SIGN_OUT_EXPIRES_AT])
end
return seconds
