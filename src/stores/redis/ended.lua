-- Whether a sign-in has ended: one of the names is set, or its owner has signed out since.
-- KEYS     names; then, if asked for, the sign-out of the identity
-- SETTINGS time of the sign-in in seconds; how many seconds it counts (0: without end), and how many it may be ahead
-- Returns  1 or 0

local TTL_SECONDS, AHEAD_SECONDS = SETTINGS[4], SETTINGS[5]
if TTL_SECONDS > 0 then
  local age = math.floor(now / 1000000) - SETTINGS[3]
  if age >= TTL_SECONDS or age < -AHEAD_SECONDS then return 1 end
end

for _, key in ipairs(KEYS) do
  local value = load(key)
  if type(value) == 'table' then
    if value[SIGN_OUT_EXPIRES_AT] > now and SETTINGS[3] <= value[ENDED_SECONDS] then return 1 end
  elseif value and value > now then
    return 1
  end
end
return 0
