-- Counts one hit against all of these rolling limits or none. A refused call changes nothing.
-- KEYS     logs of the limits
-- SETTINGS period in seconds; then the maximum of each log
-- Returns  0 when the hit was counted, else ms until it fits

local period_seconds = SETTINGS[3]
local logs = {}
for i, key in ipairs(KEYS) do
  logs[i] = load(key) or {}
  local wait = wait_for_room(logs[i], SETTINGS[3 + i], period_seconds)
  if wait > 0 then return to_ms(wait) end
end
for i, key in ipairs(KEYS) do
  table.insert(logs[i], now)
  save(key, logs[i], now + period_seconds * 1000000)
end
return 0
