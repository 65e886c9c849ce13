-- Single use: deletes the record and returns the time of the sign-in to exactly one caller, ever. Takes back the caller's
-- guess, which was right; the winner also clears the verify limit.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- KEYS[3]  sign-out of the identity
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was attempted
-- ARGV[4]  id of the attempt, or ''
-- SETTINGS side of the caller
-- Returns  seconds, later than the last sign-out, even within the same second; 0 for every other caller

local budget = load_budget(KEYS[1])
local attempt
if ARGV[4] ~= '' then
  attempt = take_attempt(budget, ARGV[4])
  -- It has been taken back.
  if not attempt then return 0 end
end
local record, place = find_record(budget, ARGV[2], read_fence())
local won = record and record[CHALLENGE] == ARGV[3]
if won then
  table.remove(budget[RECORDS], place)
  budget[SETTINGS[3]][VERIFIES] = {}
end
if won or attempt then save_budget(KEYS[1], budget) end
take_guess_back(KEYS[2], attempt and attempt[PAID_BY] or record and record[SIDE] or UNKNOWN, attempt)
if not won then return 0 end
local seconds = math.floor(now / 1000000)
local sign_out = load_sign_out(KEYS[3])
if sign_out then
  seconds = math.max(seconds, sign_out[ENDED_SECONDS] + 1)
  sign_out[LATEST_SECONDS] = math.max(sign_out[LATEST_SECONDS], seconds)
  save(KEYS[3], sign_out, sign_out[SIGN_OUT_EXPIRES_AT])
end
return seconds
