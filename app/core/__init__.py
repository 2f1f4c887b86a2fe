"""Pure: parse, judge, score, cluster, quarantine, policy. Data in, data out."""
