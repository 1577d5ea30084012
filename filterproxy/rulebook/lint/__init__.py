"""What `check` finds beyond syntax: rules that are read without a mistake and yet are not what was meant."""
