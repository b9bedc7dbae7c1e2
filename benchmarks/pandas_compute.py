"""The bare pandas script that `spamindex compute` is measured against: no checks at all."""

import sys

import pandas as pd

spam, share = (pd.read_csv(path) for path in sys.argv[1:3])
ranking = spam.merge(share, on="os")
ranking["spam_index"] = ranking["spam_share"] / ranking["market_share"]
print(ranking.sort_values("spam_index", ascending=False).to_string(index=False))
