-- Opens or reopens a pending record and counts one send. A refused call changes nothing.
-- KEYS[1]  record that is meant
-- KEYS[2]  where a new record would stand
-- KEYS[3]  limits of the identity
-- KEYS[4]  guess count of the identity
-- ARGV[3]  '1' when the record must exist (a bound challenge is sent again)
-- ARGV[4]  challenge of a new record
-- ARGV[5]  channel
-- ARGV[6]  digits, ARGV[7] window in seconds, ARGV[8] attempts
-- ARGV[9]  reuse, rotate or refuse
-- ARGV[10] cooldown in seconds, ARGV[11] life in seconds under which a record is stale
-- ARGV[12] most sends, ARGV[13] in how many seconds
-- ARGV[14] guesses from which on codes are long (0 never), ARGV[15] their digits, ARGV[16] their attempts
-- ARGV[17] 1 when the record is mute, else 0
-- ARGV[18...] ids of the keys that can be derived; the first makes new codes
-- Returns  { 'opened', challenge, key id, window, digits, channel, mute, send id, life in ms, ms until the next send }
--          { 'expired' } | { 'blocked', ms } | { 'pending', ms } | { 'cooldown', ms } | { 'request_identity', ms }

local fence = read_fence()
local resend = ARGV[9]
local live = load_record(KEYS[1], fence)
if ARGV[3] == '1' and not live then return { 'expired' } end
if live and live[ATTEMPTS_LEFT] <= 0 then return { 'blocked', to_ms(live[EXPIRES_AT] - now) } end

local after = tonumber(ARGV[14])
local long = after > 0 and load_guesses(KEYS[4])[1] >= after
local digits = tonumber(ARGV[6])
if long then digits = math.max(digits, tonumber(ARGV[15])) end
-- A code that can no longer be verified must not stand in the way of one that can.
local usable = live
if live and (live[DIGITS] < digits or not includes_key(live, 18)) then usable = nil end
if resend == 'refuse' and usable and usable[SENDS] > 0 then
  return { 'pending', to_ms(usable[EXPIRES_AT] - now) }
end

local limits = load_limits(KEYS[3])
local sends = limits[LOG_SENDS]
local max, period = tonumber(ARGV[12]), tonumber(ARGV[13])
local cooldown = tonumber(ARGV[10]) * 1000000

-- Microseconds that the cooldown and the limits ask to wait.
local function read_waits()
  local for_sends = wait_for_room(sends, max, period)
  -- Tries that the provider refused have a cap of their own, twice that of the sends.
  local for_refusals = wait_for_room(limits[LOG_REFUSALS], max * 2, period)
  local last = sends[#sends]
  local for_cooldown = last and math.max(0, last + cooldown - now) or 0
  return for_cooldown, math.max(for_sends, for_refusals)
end

local for_cooldown, for_limit = read_waits()
if for_cooldown > 0 then return { 'cooldown', to_ms(for_cooldown) } end
if for_limit > 0 then return { 'request_identity', to_ms(for_limit) } end

local record = usable
if not usable or resend == 'rotate' or usable[EXPIRES_AT] - now < ARGV[11] * 1000000 then
  local attempts = tonumber(ARGV[8])
  if long then attempts = math.min(attempts, tonumber(ARGV[16])) end
  if live then attempts = math.min(attempts, live[ATTEMPTS_LEFT]) end
  local window = ARGV[7] * 1000000
  record = {
    ARGV[4], ARGV[18], math.floor(now / window), now + window, digits, ARGV[5], attempts, 0, fence, 0
  }
end
record[SENDS] = record[SENDS] + 1
record[CHANNEL] = ARGV[5]
record[MUTE] = tonumber(ARGV[17])

-- A send is named by its time, which is therefore never the same twice.
local send = now
if sends[#sends] and sends[#sends] >= now then send = sends[#sends] + 1 end
table.insert(sends, send)
limits[LOG_EXPIRES_AT] = math.max(limits[LOG_EXPIRES_AT], record[EXPIRES_AT], send + period * 1000000)
save(KEYS[3], limits, limits[LOG_EXPIRES_AT])
local key = KEYS[1]
if record ~= usable then
  if live and KEYS[1] ~= KEYS[2] then redis.call('DEL', KEYS[1]) end
  key = KEYS[2]
end
save(key, record, record[EXPIRES_AT])

local life = record[EXPIRES_AT] - now
local wait = math.max(read_waits())
if resend == 'refuse' then wait = math.max(wait, life) end
return {
  'opened', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], record[CHANNEL], record[MUTE],
  string.format('%.0f', send), math.floor(life / 1000), to_ms(wait)
}
