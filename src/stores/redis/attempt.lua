-- Counts one attempt and one guess, then returns the record to compare with. A refused call changes nothing, but a hit that was
-- counted stays counted.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- KEYS[3…] logs of the rolling limits, if there is a hit to count first
-- ARGV[2]  name of the record
-- ARGV[3]  id of the attempt; '': it cannot be taken back
-- SETTINGS [3] side of the caller; whether the record is bound (only the unbound one counts against the verify limit); ids of the
--          available keys; maximum verifies and their period in seconds; seconds for which guesses are counted, from the first;
--          [4] period of the rolling limits in seconds; [5] the maximum of each log
-- Returns  { 'counted', challenge, key id, window, digits, channels, mute, attempts left, side, ms of its end,
--            note about the last send }
--          { 'refused', ms } when there is no room for the hit | { 'expired', cause } | { 'blocked', ms } | { 'limited', ms }

local side, bound, key_ids, max_verifies, period_seconds, memory_seconds = unpack(SETTINGS[3])
local hit_seconds, hit_maxima = unpack(SETTINGS, 4)

if hit_maxima then
  local hit_wait = take_hits(3, hit_maxima, hit_seconds)
  if hit_wait > 0 then return answer({ 'refused', hit_wait }) end
end

local budget = load_budget(KEYS[1])
local fence = read_record_fence()

-- Why there is no live record of this name, for the log.
local function explain_absence(name)
  local tag = string.match(name, '^[^:]*')
  local has_other = false
  for _, record in ipairs(budget[RECORDS]) do
    if record[NAME] == name then return record[FENCE] == fence and 'expired' or 'store_changed' end
    if string.match(record[NAME], '^[^:]*') == tag and is_live(record, fence) then has_other = true end
  end
  if has_other then return bound and 'replaced' or 'other_challenge' end
  local last = 0
  for i = UNKNOWN, KNOWN do
    local sends = budget[i][SENDS]
    last = math.max(last, sends[#sends] or 0)
  end
  return last + MAX_LIFE_SECONDS * 1000000 > now and 'gone' or 'never_requested'
end

local record = find_record(budget, ARGV[2], fence)
if not record then return answer({ 'expired', explain_absence(ARGV[2]) }) end
if record[TIMES_SENT] <= 0 then return answer({ 'expired', 'withdrawn' }) end
if not includes_key(key_ids, record) then return answer({ 'expired', 'key_retired' }) end
if record[ATTEMPTS_LEFT] <= 0 then return answer({ 'blocked', to_ms(record[ENDS_AT] - now) }) end

local expires_at = record[ENDS_AT]
if not bound then
  local verifies = budget[side][VERIFIES]
  local wait = wait_for_room(verifies, max_verifies, period_seconds)
  if wait > 0 then return answer({ 'limited', to_ms(wait) }) end
  table.insert(verifies, now)
  expires_at = now + period_seconds * 1000000
end
-- In this order, so that a failure in between costs a guess and never grants an attempt.
local period = 0
if record[SHORT] then
  local guesses = load_guesses(KEYS[2])
  local count, ends_at = index_guesses(record[SIDE])
  if guesses[count] == 0 then guesses[ends_at] = now + memory_seconds * 1000000 end
  guesses[count] = guesses[count] + 1
  save_guesses(KEYS[2], guesses)
  period = guesses[ends_at]
  if record[PERIOD] ~= period then record[TRIED] = 0 end
  record[TRIED], record[PERIOD] = record[TRIED] + 1, period
end
record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] - 1
if ARGV[3] ~= '' then add_attempt(budget, { ARGV[3], now, record[ENDS_AT], period, record[SIDE] }) end
local counted = answer({
  'counted', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], join_channels(record), record[MUTE] and 1 or 0,
  record[ATTEMPTS_LEFT], record[SIDE], write_ms(record[ENDS_AT]), record[LAST_SEND][2] or ''
})
save_budget(KEYS[1], budget, expires_at)
return counted
