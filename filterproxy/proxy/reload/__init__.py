"""Where rules come from, and how they change while replies go on."""
