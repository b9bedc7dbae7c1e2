"""The pandas script that `spamindex compute --by` is measured against: no checks at all."""

import sys

import pandas as pd

KEYS = ["country", "month", "os"]
spam, share = (pd.read_csv(path) for path in sys.argv[1:3])
ranking = spam.merge(share, on=KEYS)
ranking["spam_index"] = ranking["spam_share"] / ranking["market_share"]
ranking = ranking.sort_values(
    ["country", "month", "spam_index"], ascending=[True, True, False], na_position="last"
)
ranking.to_csv(sys.stdout, index=False)
