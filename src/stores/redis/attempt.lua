-- Counts one attempt and one guess, then returns what to compare with. A refused call changes nothing.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- ARGV[3]  tag of the record, ARGV[4] its challenge, '' for the unbound one, which alone counts against the verify limit
-- ARGV[5]  most verifies, ARGV[6] in how many seconds
-- ARGV[7]  guesses from which on codes are long (0 never), ARGV[8] their digits
-- ARGV[9]  seconds for which guesses stay counted, from the first
-- ARGV[10...] ids of the keys that can be derived
-- Returns  { 'counted', challenge, key id, window, digits, channel, mute, attempts left }
--          { 'expired' } | { 'blocked', ms } | { 'limited', ms }

local identity = load_identity(KEYS[1])
local record = find_record(identity, ARGV[3], ARGV[4], read_fence())
if not record or not includes_key(record, 10) then return { 'expired' } end
if record[ATTEMPTS_LEFT] <= 0 then return { 'blocked', to_ms(record[ENDS_AT] - now) } end

local after = tonumber(ARGV[7])
local guesses = load_guesses(KEYS[2])
if after > 0 and guesses[1] >= after and record[DIGITS] < tonumber(ARGV[8]) then return { 'expired' } end

local expires_at = record[ENDS_AT]
if ARGV[4] == '' then
  local verifies, period = identity[VERIFIES], tonumber(ARGV[6])
  local wait = wait_for_room(verifies, tonumber(ARGV[5]), period)
  if wait > 0 then return { 'limited', to_ms(wait) } end
  table.insert(verifies, now)
  expires_at = now + period * 1000000
end
-- Paid in this order, so that a failure in between costs a guess and never gives an attempt.
if after > 0 then
  if guesses[1] == 0 then guesses[2] = now + ARGV[9] * 1000000 end
  save(KEYS[2], { guesses[1] + 1, guesses[2] }, guesses[2])
end
record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] - 1
save_identity(KEYS[1], identity, expires_at)
return {
  'counted', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], record[CHANNEL], record[MUTE],
  record[ATTEMPTS_LEFT]
}
