-- Creates or reuses a pending record and counts one send. A refused call changes nothing.
-- KEYS, ARGV  see opening.lua
-- SETTINGS    [3] see opening.lua
-- Returns     see opening.lua

local opened, save_record = prepare_opening(SETTINGS[3])
if save_record then save_record() end
return answer(opened)
