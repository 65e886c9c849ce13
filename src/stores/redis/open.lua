-- Opens or reopens a pending record and counts one send. A refused call changes nothing.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- ARGV[3]  tag of the record
-- ARGV[4]  '1' for a bound record, ARGV[5] challenge of the one that is sent again, '' for a new one
-- ARGV[6]  challenge of a new record
-- ARGV[7]  channel
-- ARGV[8]  digits, ARGV[9] window in seconds, ARGV[10] attempts
-- ARGV[11] reuse, rotate or refuse
-- ARGV[12] cooldown in seconds, ARGV[13] life in seconds under which a record is stale
-- ARGV[14] most sends, ARGV[15] in how many seconds
-- ARGV[16] guesses from which on codes are long (0 never), ARGV[17] their digits, ARGV[18] their attempts
-- ARGV[19] 1 when the record is mute, else 0
-- ARGV[20...] ids of the keys that can be derived; the first makes new codes
-- Returns  { 'opened', challenge, key id, window, digits, channel, mute, send id, life in ms, ms until the next send }
--          { 'expired' } | { 'blocked', ms } | { 'pending', ms } | { 'cooldown', ms } | { 'request_identity', ms }

local fence = read_fence()
local identity = load_identity(KEYS[1])
local bound, resend = tonumber(ARGV[4]), ARGV[11]
local live, place
if bound == 0 or ARGV[5] ~= '' then live, place = find_record(identity, ARGV[3], ARGV[5], fence) end
if ARGV[5] ~= '' and not live then return { 'expired' } end
if live and live[ATTEMPTS_LEFT] <= 0 then return { 'blocked', to_ms(live[ENDS_AT] - now) } end

local after = tonumber(ARGV[16])
local long = after > 0 and load_guesses(KEYS[2])[1] >= after
local digits = tonumber(ARGV[8])
if long then digits = math.max(digits, tonumber(ARGV[17])) end
-- A code that can no longer be verified must not stand in the way of one that can.
local usable = live
if live and (live[DIGITS] < digits or not includes_key(live, 20)) then usable = nil end
if resend == 'refuse' and usable and usable[TIMES_SENT] > 0 then
  return { 'pending', to_ms(usable[ENDS_AT] - now) }
end

local sends = identity[SENDS]
local max, period = tonumber(ARGV[14]), tonumber(ARGV[15])
local cooldown = tonumber(ARGV[12]) * 1000000

-- Microseconds that the cooldown and the limits ask to wait.
local function read_waits()
  local for_sends = wait_for_room(sends, max, period)
  -- Tries that the provider refused have a cap of their own, twice that of the sends.
  local for_refusals = wait_for_room(identity[REFUSALS], max * 2, period)
  local last = sends[#sends]
  local for_cooldown = last and math.max(0, last + cooldown - now) or 0
  return for_cooldown, math.max(for_sends, for_refusals)
end

local for_cooldown, for_limit = read_waits()
if for_cooldown > 0 then return { 'cooldown', to_ms(for_cooldown) } end
if for_limit > 0 then return { 'request_identity', to_ms(for_limit) } end

local record = usable
if not usable or resend == 'rotate' or usable[ENDS_AT] - now < ARGV[13] * 1000000 then
  local attempts = tonumber(ARGV[10])
  if long then attempts = math.min(attempts, tonumber(ARGV[18])) end
  if live then attempts = math.min(attempts, live[ATTEMPTS_LEFT]) end
  local window = ARGV[9] * 1000000
  record = {
    ARGV[3], bound, ARGV[6], ARGV[20], math.floor(now / window), now + window, digits, ARGV[7], attempts, 0, fence, 0
  }
  if place then table.remove(identity[RECORDS], place) end
  add_record(identity, record, fence)
end
record[TIMES_SENT] = record[TIMES_SENT] + 1
record[CHANNEL] = ARGV[7]
record[MUTE] = tonumber(ARGV[19])

-- A send is named by its time, which is therefore never the same twice.
local send = now
if sends[#sends] and sends[#sends] >= now then send = sends[#sends] + 1 end
table.insert(sends, send)
save_identity(KEYS[1], identity, math.max(record[ENDS_AT], send + period * 1000000))

local life = record[ENDS_AT] - now
local wait = math.max(read_waits())
if resend == 'refuse' then wait = math.max(wait, life) end
return {
  'opened', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], record[CHANNEL], record[MUTE],
  string.format('%.0f', send), math.floor(life / 1000), to_ms(wait)
}
