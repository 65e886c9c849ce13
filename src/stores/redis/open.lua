-- Creates or reuses a pending record and counts one send. A refused call changes nothing.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- ARGV[2]  name of the record
-- ARGV[3]  name of the record if a new one is created
-- ARGV[4]  tag of the identity, '' if the budget is named after it
-- SETTINGS side; whether the record must exist (a bound one is sent again); challenge of a new record; ids of the available keys,
--          of which the first makes new codes; channel; digits; life in seconds; attempts; reuse, rotate or refuse;
--          cooldown in seconds; remaining seconds below which a record is stale; maximum sends and their period in seconds;
--          guesses from which on codes are long (0: never), their digits and their attempts; whether the record is mute
-- Returns  { 'opened', challenge, key id, window, digits, channels, mute, send id, life in ms, ms until the next send }
--          { 'expired' } | { 'blocked', ms } | { 'pending', ms } | { 'cooldown', ms } | { 'request_identity', ms }

local side, must_exist, new_challenge, key_ids, channel, digits, window_seconds, attempts, resend, cooldown_seconds, stale_seconds,
  max_sends, period_seconds, long_after, long_digits, long_attempts, mute = unpack(SETTINGS, 3)

local fence = read_fence()
local budget = load_budget(KEYS[1])
local live, place = find_record(budget, ARGV[2], fence)
if must_exist and not live then return { 'expired' } end
if live and live[ATTEMPTS_LEFT] <= 0 then return { 'blocked', to_ms(live[ENDS_AT] - now) } end

local long = long_after > 0 and load_guesses(KEYS[2])[index_guesses(side)] >= long_after
if long then digits = math.max(digits, long_digits) end
-- A code that can no longer be verified must not block one that can.
local usable = live
if live and (live[DIGITS] < digits or not includes_key(key_ids, live)) then usable = nil end
if resend == 'refuse' and usable and usable[TIMES_SENT] > 0 then
  return { 'pending', to_ms(usable[ENDS_AT] - now) }
end

-- Microseconds to wait for the cooldown and for the limits.
local sends = budget[side][SENDS]
local function compute_waits()
  local for_sends = wait_for_room(sends, max_sends, period_seconds)
  local for_refusals = wait_for_room(budget[side][REFUSALS], max_sends * REFUSED_SENDS_FACTOR, period_seconds)
  local last = sends[#sends]
  local for_cooldown = last and math.max(0, last + cooldown_seconds * 1000000 - now) or 0
  return for_cooldown, math.max(for_sends, for_refusals)
end

local for_cooldown, for_limit = compute_waits()
if for_cooldown > 0 then return { 'cooldown', to_ms(for_cooldown) } end
if for_limit > 0 then return { 'request_identity', to_ms(for_limit) } end

local record = usable
if not usable or resend == 'rotate' or usable[ENDS_AT] - now < stale_seconds * 1000000 then
  if long then attempts = math.min(attempts, long_attempts) end
  if live then
    attempts = math.min(attempts, live[ATTEMPTS_LEFT])
    table.remove(budget[RECORDS], place)
  end
  local window = window_seconds * 1000000
  record = {
    ARGV[3], new_challenge, key_ids[1], math.floor(now / window), now + window, digits, channel, attempts, 0, fence, mute,
    {}, false, {}, ARGV[4], side
  }
  add_record(budget, record, fence)
end
record[TIMES_SENT] = record[TIMES_SENT] + 1
set_channel(record, channel)
record[MUTE] = mute

-- The time of a send is also its id, so it must be unique.
local send = now
if sends[#sends] and sends[#sends] >= now then send = sends[#sends] + 1 end
table.insert(sends, send)
record[LAST_SEND] = { send }
save_budget(KEYS[1], budget, math.max(record[ENDS_AT], send + period_seconds * 1000000))

local life = record[ENDS_AT] - now
local wait = math.max(compute_waits())
if resend == 'refuse' then wait = math.max(wait, life) end
return {
  'opened', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], join_channels(record), record[MUTE] and 1 or 0,
  string.format('%.0f', send), math.floor(life / 1000), to_ms(wait)
}
