-- Takes back an attempt and its guess, once: what it counted no longer counts, and it can no longer be consumed.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- ARGV[2]  name of the record
-- ARGV[3]  id of the attempt
-- SETTINGS side of the caller
-- Returns  1, or 0 when there is no such attempt

local budget = load_budget(KEYS[1])
local attempt = take_attempt(budget, ARGV[3])
if not attempt then return 0 end
local record = find_record(budget, ARGV[2], read_fence())
-- Not another one that has replaced it.
if record and record[ENDS_AT] == attempt[RECORD_ENDS_AT] then
  record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] + 1
end
local verifies = budget[SETTINGS[3]][VERIFIES]
for i, at in ipairs(verifies) do
  if at == attempt[ATTEMPTED_AT] then
    table.remove(verifies, i)
    break
  end
end
save_budget(KEYS[1], budget)
take_guess_back(KEYS[2], attempt[PAID_BY], attempt)
return 1
