"""The side for operators: health, metrics, the rulebook, its reload and explanations."""
