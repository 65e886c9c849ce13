-- Counts one against a rolling limit. A refused call changes nothing.
-- KEYS[1]  log of the limit
-- ARGV[3]  most hits, ARGV[4] in how many seconds
-- Returns  ms until one more fits; 0 when this one was counted

local log = load(KEYS[1]) or {}
local wait = wait_for_room(log, tonumber(ARGV[3]), tonumber(ARGV[4]))
if wait > 0 then return to_ms(wait) end
table.insert(log, now)
save(KEYS[1], log, now + ARGV[4] * 1000000)
return 0
