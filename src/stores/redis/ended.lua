-- Whether a sign-in has ended: one of the names is set, or its owner has signed out since.
-- KEYS     names; then, if asked for, the sign-out of the identity
-- SETTINGS time of the sign-in in seconds
-- Returns  1 or 0

for _, key in ipairs(KEYS) do
  local value = load(key)
  if type(value) == 'table' then
    if value[SIGN_OUT_EXPIRES_AT] > now and SETTINGS[3] <= value[ENDED_SECONDS] then return 1 end
  elseif value and value > now then
    return 1
  end
end
return 0
