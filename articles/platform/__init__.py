"""What the other packages stand on and no reader knows of: addresses, process limits, supervision. It imports none."""
