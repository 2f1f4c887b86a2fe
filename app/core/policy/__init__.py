"""The policy of a repository: what its `.flakeguard.yml` says, checked and with its defaults.

`policy` holds what there is to say, `reading` turns the file into it or into sentences with line
and column, `rules` finds which rule a case falls under.
"""
