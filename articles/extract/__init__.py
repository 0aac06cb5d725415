"""A stored article → suggested actors, events, figures, dates. Rules plus the editors' authority; nothing is confirmed here."""
