-- Counts one against a rolling limit. A refused call changes nothing.
-- KEYS[1]  log of the limit
-- SETTINGS most hits, in how many seconds
-- Returns  ms until one more fits; 0 when this one was counted

local max, period_seconds = unpack(SETTINGS, 3)
local log = load(KEYS[1]) or {}
local wait = wait_for_room(log, max, period_seconds)
if wait > 0 then return to_ms(wait) end
table.insert(log, now)
save(KEYS[1], log, now + period_seconds * 1000000)
return 0
