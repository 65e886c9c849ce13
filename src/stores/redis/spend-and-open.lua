-- Counts one send against rows and opens a record: both or neither, but the rolling limits come first and stay counted.
-- KEYS, ARGV  see opening.lua; then the keys of spending.lua, and ARGV[8] the place
-- SETTINGS    [3] see opening.lua, [4] see spending.lua
-- Returns     { 'refused', … } for a refusal of spending.lua; else what opening.lua returns, and last, if it was opened, the number of
--             the row that would have refused or 0

local refusal, count, exceeded = prepare_spending(SETTINGS[4], 3, ARGV[8])
if refusal then return answer({ 'refused', unpack(refusal) }) end
local opened, save_record = prepare_opening(SETTINGS[3])
if not save_record then return answer(opened) end
-- In this order, so that a failure in between counts too much.
count()
save_record()
table.insert(opened, exceeded)
return answer(opened)
