-- Counts one attempt and one guess, then returns the record to compare with. A refused call changes nothing.
-- KEYS, ARGV  see attempting.lua
-- SETTINGS    [3] see attempting.lua
-- Returns     see attempting.lua

return answer(count_attempt(SETTINGS[3]))
