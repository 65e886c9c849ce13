-- Counts one hit against all of these rolling limits or none. A refused call changes nothing.
-- KEYS     logs of the limits
-- SETTINGS period in seconds; the maximum of each log
-- Returns  0 when the hit was counted, else ms until it fits

return take_hits(1, SETTINGS[4], SETTINGS[3])
