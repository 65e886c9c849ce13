-- Fails unless the server is a master, shows its replication id, and accepts writes.
-- KEYS[1]  a key of its own
-- Returns  1

read_fence()
redis.call('SET', KEYS[1], '1', 'PX', 1000)
return 1
