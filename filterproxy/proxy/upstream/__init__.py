"""The way to model servers: connections, pools, and several addresses that stand in for each other."""
