-- Counts one hit against rolling limits, then an attempt. A refused attempt leaves the hit counted.
-- KEYS, ARGV  see attempting.lua; then the logs of the limits
-- SETTINGS    [3] see attempting.lua; [4] period in seconds; [5] the maximum of each log
-- Returns     { 'refused', ms } when there is no room for the hit; else see attempting.lua

local wait = take_hits(3, SETTINGS[5], SETTINGS[4])
if wait > 0 then return answer({ 'refused', wait }) end
return answer(count_attempt(SETTINGS[3]))
