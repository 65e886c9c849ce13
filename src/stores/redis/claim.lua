-- Sets a name until it expires. The value is the time of expiry.
-- KEYS[1]  name
-- SETTINGS seconds
-- Returns  1 for the one caller who set it, 0 when it was set already

local ends_at = load(KEYS[1])
if ends_at and ends_at > now then return 0 end
local expires_at = now + SETTINGS[3] * 1000000
save(KEYS[1], expires_at, expires_at)
return 1
