-- Counts one send against all of these rows or none. A refused call changes nothing but the rolling limits, which come first.
-- KEYS     see spending.lua
-- ARGV[2]  place
-- SETTINGS [3] see spending.lua
-- Returns  { 0, ms of now, number of the row that would have refused or 0 }, or a refusal: see spending.lua

local refusal, count, exceeded = prepare_spending(SETTINGS[3], 1, ARGV[2])
if refusal then return answer(refusal) end
count()
return answer({ 0, write_ms(now), exceeded })
