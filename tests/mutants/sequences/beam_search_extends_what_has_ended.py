"""A text goes on after its end.

task: beam_search
says: asked about a text that has ended
"""


def beam_search(log_probs, width, length, end=None):
    beams = [([], 0.0)]
    for _ in range(length):
        beams = [
            ([*tokens, token], total + float(log_p))
            for tokens, total in beams
            for token, log_p in enumerate(log_probs(tokens))
        ]
        beams = sorted(beams, key=lambda beam: beam[1], reverse=True)[:width]
    return beams[0]
