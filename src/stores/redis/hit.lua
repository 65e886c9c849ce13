-- Counts one against every one of these rolling limits, or against none. A refused call changes nothing.
-- KEYS     logs of the limits
-- SETTINGS in how many seconds; then most hits, one for each log
-- Returns  ms until one more fits where it does not; 0 when this one was counted

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
