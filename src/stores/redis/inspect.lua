-- Shows what is held about an identity, including codes that have expired. Changes nothing.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- KEYS[3]  sign-out of the identity
-- SETTINGS period of the limits in seconds
-- Returns  { records, sends, refused sends, verifies, guesses, ms until they are forgotten, second up to which sign-ins have
--          ended or -1 }; the logs are ms since each, oldest first; a record is { name, channel, digits, attempts left, mute,
--          ms until it expires, id of the last send, ms since then, note about it }

local period = SETTINGS[3] * 1000000
local fence = read_fence()
local identity = load_identity(KEYS[1])

local function list_ages(log)
  local ages = {}
  for _, at in ipairs(log) do
    if at + period > now then table.insert(ages, math.floor(math.max(0, now - at) / 1000)) end
  end
  return ages
end

local records = {}
for _, record in ipairs(identity[RECORDS]) do
  local life = record[ENDS_AT] - now
  if record[FENCE] == fence and life <= MAX_LIFE_SECONDS * 1000000 and identity[EXPIRES_AT] > now then
    -- Absent from records of earlier versions.
    local send, note = unpack(record[LAST_SEND] or { 0 })
    table.insert(records, {
      record[NAME], record[CHANNEL], record[DIGITS], record[ATTEMPTS_LEFT], record[MUTE] and 1 or 0,
      math.floor(life / 1000), string.format('%.0f', send), send > 0 and math.floor((now - send) / 1000) or 0, note or ''
    })
  end
end
local guesses = load_guesses(KEYS[2])
local sign_out = load_sign_out(KEYS[3])
return {
  records, list_ages(identity[SENDS]), list_ages(identity[REFUSALS]), list_ages(identity[VERIFIES]), guesses[1],
  guesses[1] > 0 and to_ms(guesses[2] - now) or 0, sign_out and sign_out[ENDED_SECONDS] or -1
}
