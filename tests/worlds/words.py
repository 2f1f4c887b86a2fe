"""What a world's packages, modules and cases are called."""

_NOUNS = """
anchor beacon basin cargo cipher comet copper crane delta ember fable ferry flint garnet gavel
harbor hinge indigo island jigsaw kernel lantern ledger magnet marble meadow nickel oasis
orbit packet parcel pebble pillar pixel plaza quarry radar ribbon rocket saddle sensor signal
sketch socket spruce tablet tender ticket timber tunnel valley velvet vessel violin walnut
window zephyr
"""
_VERBS = """
accepts adds archives binds caches clears closes commits copies counts drops expands filters
folds groups hides joins keeps lists loads locks maps merges moves opens orders parses pins
prints quotes reads rejects renders resets rounds saves seals sends sorts splits starts stops
trims updates waits wraps
"""
NOUNS = tuple(_NOUNS.split())
VERBS = tuple(_VERBS.split())
