-- Counts one attempt and one guess, then returns what to compare with. A refused call changes nothing.
-- KEYS[1]  record
-- KEYS[2]  limits of the identity
-- KEYS[3]  guess count of the identity
-- ARGV[3]  '1' for the unbound record, which alone counts against the verify limit
-- ARGV[4]  most verifies, ARGV[5] in how many seconds
-- ARGV[6]  guesses from which on codes are long (0 never), ARGV[7] their digits
-- ARGV[8]  seconds for which guesses stay counted, from the first
-- ARGV[9...] ids of the keys that can be derived
-- Returns  { 'counted', challenge, key id, window, digits, channel, mute, attempts left }
--          { 'expired' } | { 'blocked', ms } | { 'limited', ms }

local record = load_record(KEYS[1], read_fence())
if not record or not includes_key(record, 9) then return { 'expired' } end
if record[ATTEMPTS_LEFT] <= 0 then return { 'blocked', to_ms(record[EXPIRES_AT] - now) } end

local after = tonumber(ARGV[6])
local guesses = load_guesses(KEYS[3])
if after > 0 and guesses[1] >= after and record[DIGITS] < tonumber(ARGV[7]) then return { 'expired' } end

-- Paid in this order, so that a failure in between costs an attempt and never gives one.
if ARGV[3] == '1' then
  local limits = load_limits(KEYS[2])
  local wait = wait_for_room(limits[LOG_VERIFIES], tonumber(ARGV[4]), tonumber(ARGV[5]))
  if wait > 0 then return { 'limited', to_ms(wait) } end
  table.insert(limits[LOG_VERIFIES], now)
  limits[LOG_EXPIRES_AT] = math.max(limits[LOG_EXPIRES_AT], now + ARGV[5] * 1000000)
  save(KEYS[2], limits, limits[LOG_EXPIRES_AT])
end
if after > 0 then
  if guesses[1] == 0 then guesses[2] = now + ARGV[8] * 1000000 end
  save(KEYS[3], { guesses[1] + 1, guesses[2] }, guesses[2])
end
record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] - 1
save(KEYS[1], record, record[EXPIRES_AT])
return {
  'counted', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], record[CHANNEL], record[MUTE],
  record[ATTEMPTS_LEFT]
}
