-- Creates or reuses a pending record and counts one send. A refused call changes nothing, but rolling limits that were counted
-- stay counted.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- KEYS[3…] see spending.lua, if the send counts against rows too
-- ARGV[2]  name of the record
-- ARGV[3]  name of the record if a new one is created
-- ARGV[4]  challenge of a new record
-- ARGV[5]  tag of the identity, '' if the budget is named after it
-- ARGV[6]  network of the caller, '' where networks do not count
-- ARGV[7]  what was counted elsewhere, to be returned with the send
-- ARGV[8]  place, see spending.lua
-- SETTINGS [3] side; whether the record must exist (a bound one is sent again); number of the channel; guesses at short codes in
--          one period (0: any number); whether the record is mute; ids of the available keys, of which the first makes new codes;
--          digits; life in seconds; attempts; reuse, rotate or refuse; cooldown in seconds; remaining seconds below which a record
--          is stale; maximum sends and their period in seconds; digits and attempts of a long code; if sends of a day are counted:
--          figures in force, figures with a check or false, whether they refuse, whether it is paid
--          [4] see spending.lua
-- Returns  { 'opened', challenge, key id, window, digits, channels, mute, send id, life in ms, ms until the next send, what a
--            limit over a day would have refused by or '', number of the row that would have refused or 0 }
--          { 'refused', … } for a refusal of spending.lua | 'expired' | { 'blocked', ms } | { 'pending', ms } | { 'cooldown', ms }
--          { 'request_identity', ms } | { 'request_day' or 'request_network', ms, whether a check would help }

local count_spending, exceeded_row
if SETTINGS[4] then
  local refusal
  refusal, count_spending, exceeded_row = prepare_spending(SETTINGS[4], 3, ARGV[8])
  if refusal then return answer({ 'refused', unpack(refusal) }) end
end

local side, must_exist, channel, budget_size, mute, key_ids, digits, window_seconds, attempts, resend,
  cooldown_seconds, stale_seconds, max_sends, period_seconds, long_digits, long_attempts,
  day_figures, check_figures, is_enforced, is_paid = unpack(SETTINGS[3])
local name, new_name, new_challenge, owner, network, receipt = unpack(ARGV, 2, 7)
local fence = read_record_fence()
local budget = load_budget(KEYS[1])
local live, place = find_record(budget, name, fence)
if must_exist and not live then return 'expired' end
local spent = live and live[ATTEMPTS_LEFT] <= 0
if spent and (budget_size == 0 or (resend == 'refuse' and live[TIMES_SENT] > 0)) then
  return answer({ 'blocked', to_ms(live[ENDS_AT] - now) })
end
-- A code that can no longer be verified must not block one that can.
local usable = live
if live and (spent or live[TIMES_SENT] <= 0 or not includes_key(key_ids, live)) then usable = nil end
if resend == 'refuse' and usable then return answer({ 'pending', to_ms(usable[ENDS_AT] - now) }) end

-- Microseconds to wait for the cooldown and for the limit.
local sends = budget[side][SENDS]
local function compute_waits()
  local for_sends = wait_for_room(sends, max_sends, period_seconds)
  local last = sends[#sends]
  return last and math.max(0, last + cooldown_seconds * 1000000 - now) or 0, for_sends
end

local for_cooldown, for_limit = compute_waits()
if for_cooldown > 0 then return answer({ 'cooldown', to_ms(for_cooldown) }) end
if for_limit > 0 then return answer({ 'request_identity', to_ms(for_limit) }) end

-- What is left of the budget of guesses, after those counted and the attempts that live short codes still have.
local function count_room()
  local room = budget_size - load_guesses(KEYS[2])[index_guesses(side)]
  for _, other in ipairs(budget[RECORDS]) do
    if other[SHORT] and other[SIDE] == side and other[TIMES_SENT] > 0 and is_live(other, fence) then
      room = room - other[ATTEMPTS_LEFT]
    end
  end
  return room
end

local day = day_figures and budget[DAY_SENDS]

local function sum_units()
  local used, of_network = 0, network ~= '' and 0 or nil
  for _, one in ipairs(day[side]) do
    used = used + one[UNITS]
    if of_network and one[NETWORK] == network then of_network = of_network + one[UNITS] end
  end
  return used, of_network
end

-- Microseconds until enough of these is forgotten.
local function wait_for_day(used, of_network)
  for _, one in ipairs(day[side]) do
    used = used - one[UNITS]
    if of_network and one[NETWORK] == network then of_network = of_network - one[UNITS] end
    if not find_refusal(day_figures, used, of_network, UNITS_PER_SEND) then return one[SENT_AT] + DAY - now end
  end
  return DAY
end

-- What has no room for one more send of the day, or nil; microseconds until it has; whether a check would help.
local function find_day_refusal()
  local used, of_network = sum_units()
  local part = find_refusal(day_figures, used, of_network, UNITS_PER_SEND)
  if not part then return nil end
  local is_helped = check_figures and not find_refusal(check_figures, used, of_network, UNITS_PER_SEND)
  return part == 'network' and 'request_network' or 'request_day', wait_for_day(used, of_network), is_helped
end

local exceeded = ''
if day then
  local limit, wait, is_helped = find_day_refusal()
  if limit and is_enforced then return answer({ limit, to_ms(wait), is_helped and 1 or 0 }) end
  exceeded = limit or ''
end

local record = usable
if not usable or resend == 'rotate' or usable[ENDS_AT] - now < stale_seconds * 1000000 then
  if live then table.remove(budget[RECORDS], place) end
  local short = false
  if budget_size == 0 then
    -- Without a budget, attempts that were used stay used.
    attempts = math.min(attempts, live and live[ATTEMPTS_LEFT] or attempts)
  else
    local room = count_room()
    short = room >= math.min(FEWEST_SHORT_ATTEMPTS, attempts)
    attempts = math.min(attempts, short and room or long_attempts)
    if not short then digits = math.max(digits, long_digits) end
  end
  local window = window_seconds * 1000000
  record = {
    new_name, new_challenge, key_ids[1], math.floor(now / window), now + window, digits, channel, attempts, 0, fence, mute,
    {}, {}, owner, side, short, 0, 0
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
if day then
  table.insert(day[side], { send, UNITS_PER_SEND, shorten(record[CHALLENGE]), is_paid, network, receipt })
end

local life = record[ENDS_AT] - now
local wait = math.max(compute_waits())
if resend == 'refuse' then wait = math.max(wait, life) end
if day and is_enforced then
  local limit, for_day, is_helped = find_day_refusal()
  -- Nobody has to wait for what a check would let through.
  if limit and not is_helped then wait = math.max(wait, for_day) end
end
local opened = answer({
  'opened', record[CHALLENGE], record[KEY_ID], record[WINDOW], record[DIGITS], join_channels(record), record[MUTE] and 1 or 0,
  string.format('%.0f', send), math.floor(life / 1000), to_ms(wait), exceeded, exceeded_row or 0
})
-- In this order, so that a failure in between counts too much.
if count_spending then count_spending() end
save_budget(KEYS[1], budget, math.max(record[ENDS_AT], send + period_seconds * 1000000))
return opened
