-- Counts one attempt and one guess, then returns the record to compare with. A refused call changes nothing.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- ARGV[2]  name of the record
-- ARGV[3]  id of the attempt; '': it cannot be taken back
-- SETTINGS whether the record is bound (only the unbound one counts against the verify limit); ids of the available keys;
--          maximum verifies and their period in seconds; guesses from which on codes are long (0: never) and their digits;
--          seconds for which guesses are counted, from the first
-- Returns  { 'counted', challenge, key id, window, digits, channels, mute, attempts left }
--          { 'expired', cause } | { 'blocked', ms } | { 'limited', ms }

local bound, key_ids, max_verifies, period_seconds, long_after, long_digits, memory_seconds = unpack(SETTINGS, 3)

local identity = load_identity(KEYS[1])
local fence = read_fence()

-- Why there is no live record of this name, for the log.
local function explain_absence(name)
  local tag = string.match(name, '^[^:]*')
  local has_other = false
  for _, record in ipairs(identity[RECORDS]) do
    if record[NAME] == name then return record[FENCE] == fence and 'expired' or 'store_changed' end
    if string.match(record[NAME], '^[^:]*') == tag and is_live(record, fence) then has_other = true end
  end
  if has_other then return bound and 'replaced' or 'other_challenge' end
  local last = identity[SENDS][#identity[SENDS]]
  return last and last + MAX_LIFE_SECONDS * 1000000 > now and 'gone' or 'never_requested'
end

local record = find_record(identity, ARGV[2], fence)
if not record then return { 'expired', explain_absence(ARGV[2]) } end
if record[TIMES_SENT] <= 0 then return { 'expired', 'withdrawn' } end
if not includes_key(key_ids, record) then return { 'expired', 'key_retired' } end
if record[ATTEMPTS_LEFT] <= 0 then return { 'blocked', to_ms(record[ENDS_AT] - now) } end

local guesses = load_guesses(KEYS[2])
if long_after > 0 and guesses[1] >= long_after and record[DIGITS] < long_digits then return { 'expired', 'lengthened' } end

local expires_at = record[ENDS_AT]
if not bound then
  local wait = wait_for_room(identity[VERIFIES], max_verifies, period_seconds)
  if wait > 0 then return { 'limited', to_ms(wait) } end
  table.insert(identity[VERIFIES], now)
  expires_at = now + period_seconds * 1000000
end
-- In this order, so that a failure in between costs a guess and never grants an attempt.
if long_after > 0 then
  if guesses[1] == 0 then guesses[2] = now + memory_seconds * 1000000 end
  save(KEYS[2], { guesses[1] + 1, guesses[2] }, guesses[2])
end
record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] - 1
if ARGV[3] ~= '' then
  add_attempt(identity, { ARGV[3], now, record[ENDS_AT], long_after > 0 and guesses[2] or 0 })
end
-- MessagePack has no holes: the one before must be there too.
record[EARLIER_CHANNELS], record[TRIED] = record[EARLIER_CHANNELS] or {}, true
save_identity(KEYS[1], identity, expires_at)
return {
  'counted', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], join_channels(record), record[MUTE] and 1 or 0,
  record[ATTEMPTS_LEFT]
}
