-- Takes back an attempt and its guess, once: what it counted no longer counts, and it can no longer be consumed.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- ARGV[2]  name of the record
-- ARGV[3]  id of the attempt
-- SETTINGS side of the caller; whether the record is bound
-- Returns  1, or 0 when there is no such attempt

local side, bound = unpack(SETTINGS, 3)
local budget = load_budget(KEYS[1])
local attempt = take_attempt(budget, ARGV[3])
if not attempt then return 0 end
local verifies = budget[side][VERIFIES]
local _, place = find(verifies, function(at) return at == attempt[ATTEMPTED_AT] end)
if place then table.remove(verifies, place) end
local fence = read_record_fence()
-- Even if it has expired; one that has replaced it is another one.
local record = find(budget[RECORDS], function(one)
  return one[NAME] == ARGV[2] and one[FENCE] == fence and one[ENDS_AT] == attempt[RECORD_ENDS_AT]
end)
local period = attempt[GUESS_ENDS_AT]
-- The caller that consumed a bound code got all of its guesses back.
local may_give_back = record ~= nil or not bound
local given_back = may_give_back and (period == 0 or take_guesses_back(KEYS[2], attempt[PAID_BY], period, 1))
if record and given_back then
  record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] + 1
  if period ~= 0 then record[TRIED] = record[TRIED] - 1 end
end
save_budget(KEYS[1], budget)
return 1
