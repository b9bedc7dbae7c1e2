"""What the fuzzing of each reader begins with: small inputs, and words that mean something."""

from __future__ import annotations

import gzip

_SHARES = [
    b"os,market_share\nWindows,91.58\nLinux,1.03\nMac OS X,5.34\nOther,2.05\n",
    b"OS;Anteil\r\nWindows;91,58 %\r\nLinux;1,03 %\r\nMac;7,39 %\r\n",
    b"os\tshare\nLinux\t0.0514\nWindows\t0.9265\nOther\t0.0221\n",
    b'Operating System,visits\nWindows,"2,533"\nLinux,437\nMacintosh,98\nTotal,"3,068"\n',
    b"date,browser,os,visits\n2010-02-28,Chrome,Windows XP,310\n2010-02-28,Opera,Ubuntu,8\n",
    b'"Date","Windows","OS X","Linux"\n2010-01,93.0,5.1,0.8\n2010-02,92.5,NULL,0.9\n',
    b"os,2010,2011\nWindows,93.5,91.6\nLinux,1.01,1.03\nMac,4.7,5.3\n",
    b"year,month,os,share\n2010,3,Linux,5\n2010,3,Windows,95\n2010,April,Linux,6\n",
    b"# a comment\n\nTitle of it\n\nos|spam|messages\nLinux|5.14|514\nWindows|94.86|9486\n\nend\n",
    b"os,share\nLinux,5e0\nWindows,95e-300\nMac,0.000\nHaiku,-\nBeOS,n/a\n",
    "os,share\n中文,5\nWindows,95\n".encode("utf-16"),
    b'[{"os": "Linux", "share": 5.14}, {"os": "Windows", "share": 94.86}]\n',
    b'{"os": "Linux", "visits": 5}\n{"os": "Windows", "visits": 95}\n',
    b"| os | Share % |\n|---|---|\n| Linux | 5 |\n| Windows | 95 |\n",
    "os,share\nLïnux,5\nWindows,95\n".encode("latin-1"),
]
_RANKINGS = [
    b"os,spam_share,market_share,spam_index\nLinux,5.14,1.03,4.99\nWindows,92.65,91.58,1.01\n",
    b"period,os,spam_share,market_share,spam_index,low,high\n"
    b"2010-01,Linux,5,1,5,4,6\n2010-02,Linux,5,0,,,\n2010-01,Other,0,5,0,0,0.1\n",
    b"country,month,os,spam_index\nFR,1,Linux,5\nDE,1,Linux,1e-300\nDE,2,Linux,1e300\n",
    b'[\n{"os": "Linux", "spam_index": 4.99, "low": null, "high": 5},\n'
    b'{"os": "A$_b$", "spam_index": 0, "low": 0, "high": null}\n]\n',
    b'{"period": "2010-Q1", "os": "\\u4e2d", "spam_index": 4.99}\n'
    b'{"period": "2010-Q2", "os": "Linux", "spam_index": 0.2}\n',
    b"os\tspam_index\nLinux\t4.99\n",
]
_LOG = b"""\
[2010/02/01 02:29:15] mod=syn|cli=192.0.2.1/5|srv=192.0.2.25/25|subj=cli|os=Windows XP|dist=1|
[2010/02/01 02:29:15] mod=mtu|cli=192.0.2.1/5|srv=192.0.2.25/25|subj=cli|link=DSL|raw_mtu=1492
[2010/02/01 03:29:15] mod=syn|cli=192.0.2.1/5|srv=192.0.2.25/587|subj=cli|os=Linux 3.x|dist=1|
[2010/02/01 03:33:21] mod=syn|cli=2001:db8::1/1|srv=192.0.2.25/25|subj=cli|os=???|dist=3|
[2010/02/01 03:33:21] mod=syn|cli=2001:db8::1/1|srv=2001:db8::2/25|subj=cli|app=NMap|dist=3|
"""
_RECORDS = b"""\
time,client_ip,os,spam
2010-02-01 00:00:00,192.0.2.1,Windows XP,true
2010-02-01T00:00:01Z,2001:db8::1,"Linux; dist: 3",yes
2010-03-01 00:00:00,::ffff:192.0.2.4,???,false
"""
_P0F_JSON = (
    b'{"timestamp": "2010/02/01 02:29:15", "mod": "syn", "client_ip": "192.0.2.1",'
    b' "server_port": "25", "subject": "cli", "os": "Linux 3.x"}\n'
    b'{"timestamp": "2010/02/01 02:29:16", "mod": "mtu", "client_ip": "192.0.2.1",'
    b' "server_port": "25", "subject": "cli", "link": "DSL"}\n'
)
_SYSLOG = b"".join(b"Feb  1 02:29:15 mx p0f[7]: " + line + b"\n" for line in _LOG.splitlines())
_MESSAGES = [
    _RECORDS,
    _RECORDS.replace(b",", b"\t").replace(b"\n", b"\r\n"),
    b'os\n"Windows ""XP"""\n\nLinux\n',
    b'{"os": "Linux", "spam": true, "time": "2010-02-01", "client": "192.0.2.1"}\n'
    b'{"os": null, "a/b": {"c~d": [1, 2.5e3]}, "spam": 1}\n',
    b"192.0.2.1\n[2001:db8::1]:25\nIPv6:::ffff:192.0.2.1\n",
    gzip.compress(_RECORDS, mtime=0) + gzip.compress(_RECORDS, mtime=0),
    _LOG,
    _P0F_JSON,
    b"#separator \\x09\n#fields\tts\tid.orig_h\tos\n#types\ttime\taddr\tstring\n"
    b"1265000000.5\t192.0.2.1\tLinux\n1265000001.0\t192.0.2.2\t-\n#close\t2010-02-01\n",
    b"#Version: 1.0\n#Fields: date-time,client-ip,os\n2010-02-01T00:00:00.000Z,192.0.2.1,Linux\n",
    b'{"rows": [{"ip": "192.0.2.1", "action": "reject", "unix_time": 1265000000,'
    b' "symbols": {"P0F": {"options": ["Linux 3.x"]}}}], "version": 2}\n',
    b'[{"os": "Linux", "n": 3}, {"os": "Windows", "n": 4}]\n',
    b"      7 192.0.2.1\n      3 2001:db8::1\n# seen twice\n",
    b'{"source": {"ip": "192.0.2.1"}, "@timestamp": "2010-02-01T00:00:00.000Z", "n": 2}\n',
]
_LOGS = [
    _LOG, _LOG.replace(b"\n", b"\r\n"), gzip.compress(_LOG, mtime=0), _P0F_JSON, _SYSLOG,
]  # fmt: skip
SEEDS: dict[str, list[bytes]] = {
    "shares": _SHARES,
    "names": [
        b"name,canonical\nTux,Linux\nMy Mac,OS X\nLinux,Linux\n",
        b"name,canonical,family\nXP,Windows XP,Windows\nHaiku,,BeOS*\n# none\na,b\nb,c\n",
        b"a;b\nb;a\n",
    ],
    "rankings": _RANKINGS,
    "logs": _LOGS,
    "fingerprints": _LOGS,
    "messages": _MESSAGES,
    "options": [
        b"2010-03", b"period", b"os", b"Firefox", b"spam=true,1", b"time:month", b"95",
        b"Europe/Paris", b"\xff\xed\xa0\x80",
    ],
}  # fmt: skip

# What the commands read beside.
FILES: dict[str, bytes] = {
    "share": _SHARES[0],
    "spam": b"os,spam_share\nWindows,92.65\nLinux,5.14\nMac OS X,0.001\nOther,2.209\n",
    "visits": b"date,browser,os,visits\n2010-02-28,Chrome,Windows XP,310\n"
    b"2010-02-28,Firefox,Ubuntu,8\n2010-03-01,Safari,Macintosh,31\n2010-03-01,Firefox,Win7,14\n",
    "records": _RECORDS.replace(b"T00:00:01Z", b" 00:00:01"),
    "log": _LOG,
    "ranking": _RANKINGS[0],
}

_MARKS = [
    b'"', b'""', b"\r\n", b"\r", b"\t", b";", b"|", b",", b" ", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\xff",
    b"\xc2\xa0", b"\xe2\x80\xae", b"\x1b[2J", b"\0", b"\x85", b"\xe2\x80\xa8",
]  # fmt: skip
_FIGURES = [
    b"1e999999999", b"1e-999999999", b"5e-324", b"1.7976931348623157e308", b"1e300", b"1e-300",
    b"0", b"-0", b"-1", b"inf", b"nan", b"100", b"%", b"1,234", b"1.234,5", b"1'000", b"1e", b"n/a",
    b"NULL", b"9007199254740993", b"99999999999999999999999999", b"\xd9\xa1",
]  # fmt: skip
_NAMES = [
    b"Linux", b"Windows", b"Windows XP", b"Mac OS X", b"Other", b"Total", b"Unknown", b"???", b"*",
    b"NaN", b"None", b"#", b"$x^2$",
]  # fmt: skip
_HEADINGS = [
    b"os", b"share", b"spam", b"market share", b"visits", b"messages", b"period", b"date", b"year",
    b"month", b"time", b"client", b"2010-03", b"2010-Q1", b"March 2010", b"20100301", b"2010",
    b"spam_index", b"low", b"high", b"2010-02-30", b"9999-12-31 23:59:59",
]  # fmt: skip
_JSON = [b"{", b"[", b"}", b"]", b":", b"null", b"true", b"\\ud800", b"\\u0000", b"[[[[[[[["]
_P0F = [
    b"mod=syn|",
    b"cli=",
    b"srv=",
    b"subj=cli|",
    b"os=",
    b"app=",
    b"::",
    b"ffff:",
    b"%eth0",
    b"/",
]
WORDS: dict[str, list[bytes]] = {
    "shares": [*_MARKS, *_FIGURES, *_NAMES, *_HEADINGS],
    "names": [*_MARKS, *_NAMES, b"name", b"canonical", b"family"],
    "rankings": [*_MARKS, *_FIGURES, *_NAMES, *_HEADINGS, *_JSON],
    "logs": [*_MARKS, *_NAMES, *_P0F],
    "fingerprints": [*_MARKS, *_NAMES, *_P0F],
    "messages": [*_MARKS, *_FIGURES, *_NAMES, *_HEADINGS, *_JSON, *_P0F],
    "options": [*_MARKS, *_FIGURES, *_NAMES, *_HEADINGS],
}
SEEDS["parquet"], WORDS["parquet"] = [], _HEADINGS
SEEDS["workbooks"], WORDS["workbooks"] = [], [*_FIGURES, *_NAMES]
