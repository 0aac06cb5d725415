"""The archive's one app, in rooms; README says what happens in each."""
