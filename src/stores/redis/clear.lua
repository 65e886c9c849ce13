-- Ends what an identity has, or forgets what was counted for it.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- KEYS[3]  sign-out of the identity
-- ARGV[2]  tag of the identity, '' if the budget is named after it: only its records end
-- SETTINGS whether pending records end; whether counts are forgotten, and with them the records that they left without
--          attempts; seconds for which the end of every sign-in until now is remembered (0: none ends)
-- Returns  how many pending records ended

local ends_records, forgets_counts, keep_seconds = unpack(SETTINGS, 3)
local fence = read_record_fence()
local budget = load_budget(KEYS[1])
local ended = 0
budget[RECORDS] = filter(budget[RECORDS], function(record)
  local is_over = record[OWNER] == ARGV[2] and (ends_records or (forgets_counts and record[ATTEMPTS_LEFT] <= 0))
  if is_over and is_live(record, fence) then ended = ended + 1 end
  return not is_over
end)
if forgets_counts then
  budget[UNKNOWN], budget[KNOWN], budget[DAY_SENDS] = { {}, {}, {} }, { {}, {}, {} }, { {}, {} }
  redis.call('DEL', KEYS[2])
end
save_budget(KEYS[1], budget)
if keep_seconds > 0 then
  local sign_out = load_sign_out(KEYS[3])
  local ended_seconds = math.max(math.floor(now / 1000000), sign_out and sign_out[LATEST_SECONDS] or 0)
  local expires_at = now + keep_seconds * 1000000
  save(KEYS[3], { ended_seconds, ended_seconds, expires_at }, expires_at)
end
return ended
