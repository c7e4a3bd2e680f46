"""Never comes back, before any test and again whenever it is started anew.

says: stopped after the
"""

while True:
    pass
