"""Scorers: observations in, state and judgements out.

The evidence scorer believes nothing about the code's state. A failure is evidence of a flake only
when a pass contradicts it (`waiting`), nothing failed beside it (`company`) and it was short;
what it is taken for and worth stands in `kinds`, how that is weighed in `weigh`, what is believed
after it and after passes in `belief`, what is said of a case in `standing` and of one failure in
`single`. `update` is the one step.
The two older scorers, `rolling_window` and `flake_rate`, answer the same questions.
"""
