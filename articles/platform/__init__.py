"""What the rooms stand on and no reader knows of: addresses, process limits, supervision. Imports nothing of ours."""
