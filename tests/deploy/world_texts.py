"""Rules, what a model says, and what it does instead: the texts of `world`."""

from __future__ import annotations

RULES = """version: 1
pack: shop
owner: support
rules:
  - id: e-mail
    match: {regex: '[a-z]+@[a-z]+[.]com'}
    action: redact
    examples: {hit: [me@x.com]}
  - id: opening-hours
    match: {fact: opening_hours}
    unless: {grounded: true}
    action: drop
    streamed: cut
    say: Please look at our website.
    examples: {hit: [{ask: When do you open?, reply: 9 am}]}
  - {id: giraffe, match: {phrases: [giraffe]}, action: flag, examples: {hit: [A giraffe.]}}
  - id: try-again
    match: {phrases: [beg your pardon]}
    action: {retry: 1, then: flag}
    streamed: flag
    examples: {hit: [Beg your pardon?]}
  - id: as-an-ai
    match: {phrases: [language model]}
    action: {remove: sentence}
    examples: {hit: [A language model.]}
"""
# In the chain of every route.
BASE = """version: 1
pack: base
rules:
  - {id: every-reply, match: {regex: '^[^a]'}, action: flag, examples: {hit: [b]}}
"""
TRIALS = """version: 1
pack: trials
owner: search
rules:
  - id: hurray
    match: {phrases: [hurray]}
    action: {remove: sentence}
    mode: shadow
    examples: {hit: [Hurray!]}
  - id: discount
    match: {phrases: [discount]}
    action: {remove: sentence}
    rollout: 50%
    examples: {hit: [A discount.]}
  - {id: backtracks, match: {regex: '(?:a|aa)+(?=Q)'}, action: flag, examples: {hit: [aaQ]}}
  - {id: rude, match: {service: {url: 'SERVICE', timeout: 50}}, action: flag, examples: {hit: [Rude.]}}
"""
# Of a route of its own, whose streams hardly wait.
LIGHT = """version: 1
pack: light
owner: search
rules:
  - {id: iban, match: {regex: 'DE[0-9]{20}'}, action: redact, examples: {hit: [DE12345678901234567890]}}
"""
MORE = """version: 1
pack: more
rules:
  - {id: new-one, match: {phrases: [table]}, action: flag, examples: {hit: [A table.]}}
"""
BROKEN = "version: 1\npack: more\nrules: [{id: new-one, match: {regxe: a}, action: flag}]\n"

# What the model says, by the user's question.
SAYINGS = {
    "plain": "The soup of the day comes with bread, and a small salad if you like one.",
    "mail": "Write to us at help@shop.com and we see to it within a day or two.",
    "hours": "We would love to see you. We are open from nine till five on weekdays. Come and visit us!",
    "known": "We are open from nine till five on weekdays. Come and visit us!",
    "hurray": "Hurray! Your table is waiting for you by the window.",
    "discount": "There is a discount today. It ends at the weekend, so do not wait for it.",
    "model": "As a language model I cannot eat. The soup is said to be very good.",
    "again": "I beg your pardon?",
    "slow": "The code is " + "a" * 60 + ".",
    "long": "It was a long day. " * 12,
}
# What it does instead of answering.
FAULTS = ("broken", "gone", "refused", "garbage", "image")
USAGE = {"prompt_tokens": 20, "completion_tokens": 12, "total_tokens": 32}
KNOWN = "Our shop is open Monday to Friday, nine to five."
