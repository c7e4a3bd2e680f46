"""Runs what students wrote where it can do no harm, and talks to it in plain data alone.

``wire``       the only language that crosses the wall
``server``     inside: a warm parent that imported NumPy once and forks for each submission
``child``      inside: one submission, its cells and the answers to calls
``bubblewrap`` outside: the wall itself
``sandbox``    outside: a sandbox and the sessions in it
"""
