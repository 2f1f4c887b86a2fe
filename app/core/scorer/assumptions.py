"""Every number that the evidence scorer assumes, with its unit and where it comes from.

Shares ("6 of 17") were counted on the histories used in tuning. What says "chosen" was set so
that those histories came out well, and rests on nothing else.
"""

HOUR = 3_600.0  # seconds
SAME_CODE_WITHIN = 36 * HOUR  # a pass later than this says more of the runner than of the failure
WAITING_WITHIN = 14 * 24 * HOUR  # how long a failure waits for what contradicts it; a sprint
LANDED_AGAIN = 72 * HOUR  # so soon after a break the default branch fails by the next try at it
LEFT_AFTER = 72 * HOUR  # a pull request with no report for so long was left: a long weekend
EPISODE = 12 * HOUR  # one piece of evidence a case: failures minutes apart are correlated
SWEEP = 6 * HOUR  # how often cases held for flaky, or left, are looked at without a failure
COMPANY = 2 * HOUR  # how near in time a common cause is looked for
TRANSIENTS_KEPT = LEFT_AFTER + SWEEP + 2 * COMPANY  # none is asked for later
BY_CHANCE = 0.05  # company less likely than this by chance has a common cause
USUAL = 0.2  # company in one report as likely as this by chance has none; storms lie over 3 %
SHORT = 2  # sources in a row; more are a break, an outage or a drift (counted: 100 of 739 flakes)
FEW_OF_GROUP = 3  # cases; more of one group is a fixture or a full disk
CROWD_SHARE = 5 / 6  # of what failed unexpectedly in a report, a crowd is at least
ALIKE = 0.6  # share of cases that two crowds have in common when one fixture makes both
ALIKE_BY_CHANCE = 0.01  # what less likely crowds of one group have in common is no chance
RATE_REPORTS = 50.0  # reports that the assumed rate of transient failures is worth
RATE_EVENTS = 0.5  # transient failures assumed in them: Jeffreys' prior for a count
USUAL_SHARE = 0.01  # of a day's reports, those in which something fails for a moment ...
USUAL_DAYS = 1  # ... on so many days beside those that were seen
USUAL_MOST = 0.95  # of a day's reports, at most, that a rate is told from
DAYS_KEPT = 21  # days, for that

NOISE_RUNS = 1e6  # executions that an assumed noise is worth beside the one learned
NOISE = 1e-6  # per execution: contradicted lone failures of healthy cases; chosen
JOBS_NOISE = 3e-6  # the same where several jobs failed the commit; chosen, as all noise here
PUSH_NOISE = 1e-5  # the same where only the next push contradicts: most are bugs mended by it
MANY_NOISE = 5e-5  # and where other cases failed beside it
NEAR_NOISE = 1e-5  # by the next commit, near the case: regressions taken back at once
LONG_NOISE = 2e-5  # contradicted after a long streak

CAP = 120.0  # times the odds, at most, for one contradicted lone failure; nearly all are flakes
CAP_NEAR = 6.0  # the default branch's next commit, but near the case: a half are taken back
CAP_FEW = 20.0  # two or three cases of a group, by the default branch's next commit: 6 of 17
CAP_JOBS = 40.0  # several jobs failed one commit, the next passed: 77 of 85 are order flakes
CAP_PUSH = 40.0  # the next push of a change far from the case contradicts: nine in ten
CAP_LEFT = 40.0  # a change far from the case was left as it is: 19 of 20
CAP_PUSH_JOBS = 8.0  # the same where several jobs failed: half
CAP_PUSH_MANY = 6.0  # the same where other cases failed beside it: chosen
CAP_LONG = 6.0  # lone, but after a long streak: a seventh
CAP_LONG_AGAIN = 40.0  # the same of a case that contradicted itself before: 201 of 201
CAP_SOON = 6.0  # by several more sources of one half day; chosen
CAP_COMPANY = 3.0  # one other group beside it: 189 of 1,240
CAP_AGAIN = 40.0  # beside others, with a message that its flakes had: 240 of 242
CAP_CROWD = 3.0  # a lone group's crowd, for the first time: a fixture or a full disk
CAP_ALIKE = 3000.0  # the same crowd again on another day: two events weighed at once; chosen
ALIKE_NOISE = NOISE / 15.0  # the crowd's first failure is believed only now

MESSAGE_SAME = 6.0  # a message that this case's flakes had; real ones show one type in 64 %
MESSAGE_OTHER = 0.3  # one that they did not have
MESSAGE_LONE = 5.0  # times that at once, where it fails alone and far from the change; chosen
MESSAGE_HINTED = 3.0  # at once, one that failures had which may have been flakes; chosen
MESSAGE_UNHINTED = 0.15  # and one that they did not have: 13 of 50 in doubt are flakes
MESSAGES_ALIKE = 1.5  # flakes that said the same few, from which another is seldom; chosen
MESSAGE_COMMON = 0.5  # one that common causes had
MESSAGES_KEPT = 4  # of one case
COMMON_KEPT = 64  # messages of common causes

PRIOR_CASES = 100.0  # failing cases that the assumed share of flaky ones is worth

FLAGGED_EPISODES = 1.5  # one unexplained failure is never enough (precision 0.54), two are (0.98)
FIRST_EPISODES = 2.0  # before the repository has shown a flake: unlike accidents add up, too
EPISODE_JOBS = 0.9  # of an episode: with a push that mends it may be two bugs, and no flake
EPISODE_PUSH = 0.5  # of an episode: bugs mended by the next push look alike
EPISODE_LEFT = 0.4  # who gives a change up leaves it, too: it and a full disk are not enough
EPISODE_LEFT_AGAIN = 0.6  # a second one: both together are what one pass of the same code is
EPISODES_PUSHED = 1.0  # at most, of all pushes together: what each change mends is no flake ...
EPISODES_LEFT = 1.5  # ... unless two were left so: who is stopped by a fault of his mends it
LEFT_TWICE = 2  # pull requests
EPISODE_NEAR = 0.5  # of an episode: a regression taken back at once looks alike
EPISODE_PUSH_JOBS = 0.35  # chosen: the weaker kind of it
EPISODE_PUSH_MANY = 0.35  # two of them as good as a push of one case alone; 46 of 53 beside others
EPISODE_LONG = 0.5
EPISODE_SOON = 0.5  # once more within the half day: a burst
SOON_SOURCES = 4  # sources of one half day, hours apart: 51 of 51; of three 59 of 62
EPISODE_AGAIN = 1.0  # beside others, but with a message that its flakes had: as one alone
EPISODES_ALIKE = 2.0  # the crowd's first failure is believed only now
EPISODE_ALIKE_ONCE = 0.5  # with the same message 17 of 21 by pushes alone, with another 1 of 23
EPISODE_PUSH_ALIKE = 1.0  # two of them, or one and a lone failure, tell a fixture: 116 of 116
TELLING = 1.0  # episodes of one failure, from which its message is taken for the flake's
UNCONFIRMED = 0.6  # the score at most, before the second episode
THRESHOLD = 0.9  # of the score, from which a case is held for flaky
WARNED = 0.5  # of the score, from which a case is suspect
GUARD_CHANCE = 0.01  # a row of failures less likely than this for a flake is a break
GUARD_RATE = 0.1  # a flake fails again at least this often: a quarter of them come in bursts
BROKEN_COMMITS = 2  # commits of the default branch in a row

RATE_PRIOR_FLAKES, RATE_PRIOR_RUNS = 0.5, 100.0  # the median flake rate of 0.5 %, weakly held

OTHERS_KEPT = 32  # groups beside a failure; more tell no more, and a large outage has hundreds
CODES_KEPT = 100  # of which it is known which jobs ran them; some days of a usual repository
REPORTS_KEPT = 500  # that are known when they come again; some days of a usual repository
COMMITS_KEPT = 2_000  # of the default branch's order
OPENS_KEPT = 12  # failures of one case that wait at a time
FAILED_KEPT = 8  # code and job of a case's last failures
STREAK_KEPT = 12  # sources of a streak; more than SHORT and the guard need
SHOWN_KEPT = 24  # commits of the default branch by which it is told who broke a case
ROW_KEPT = 8  # of those that failed in a row: a flake hardly fails more, so no later one broke it
OVER_AFTER = 3  # passes in a row, each of which one broken case in fifty shows: it is mended
CROWDS_KEPT = 6  # crowds of one group
