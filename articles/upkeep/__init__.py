"""Whether what is stored is whole, and copies of it elsewhere."""
