-- Fails unless the server is a master, shows its replication id, and runs every command that the scripts use.
-- KEYS[1]  a key of its own
-- Returns  1

read_fence()
redis.call('SET', KEYS[1], '1', 'PX', 1000)
redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return 1
