"""The archive's one app. README says what each of its packages is for."""
