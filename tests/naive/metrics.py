"""Figures of tracks against the truth."""

import numpy as np

from tests.naive.pairing import best_choice


def loyal_choice(frames, bonus):
    """Choice of each frame of (objects, names, gains); pairs of object and name of the frame before gain a bonus."""
    choices, before = [], {}
    for objects, names, gains in frames:
        loyal = np.array([[before.get(i) == j for j in names] for i in objects]).reshape(gains.shape)
        choice = best_choice(np.where(gains > 0, gains + bonus * loyal, 0.0))
        before = {i: names[j] for i, j in zip(objects, choice, strict=True) if j >= 0}
        choices.append(choice)
    return choices


def interruptions(objects, places, names):
    """Changes of name, and gaps in the places, along each object."""
    switches = fragments = 0
    for i in np.unique(objects):
        own_names, own_places = names[objects == i], places[objects == i]
        switches += int((np.diff(own_names) != 0).sum())
        fragments += int((np.diff(own_places) > 1).sum())
    return switches, fragments


def swept_accuracy(frames, threshold, n_recalls=40):
    """(sAMOTA, AMOTA, AMOTP), frame by frame; frames of (truths, found, ious, score by name, neutral, harmless).

    Overlaps are assigned so that most boxes, then most overlap, are paired; a score is let through at each recall.
    """
    matched = set()
    everything, hit_scores = _counted(frames, threshold, -np.inf, matched)
    aimed, steps = 0.0, []
    n_truth = everything["hits"] + everything["misses"]
    for i, score in enumerate(hit_scores):
        last = i == len(hit_scores) - 1
        nearer_later = abs((i + 2) / n_truth - aimed) < abs(aimed - (i + 1) / n_truth)
        if (i + 1) / n_truth < aimed and nearer_later and not last:
            continue
        steps.append((score, aimed))
        aimed += 1 / n_recalls
    sums = np.zeros(3)
    for score, recall in steps[1:]:
        own, _ = _counted(frames, threshold, score, matched)
        wrong, n = own["misses"] + own["false"] + own["switches"], own["counted"]
        scaled = 1 - (wrong - (1 - recall) * n) / (recall * n)
        sums += [np.clip(scaled, 0, 1), 1 - wrong / n, own["overlap"] / max(1, own["hits"])]
    return sums / n_recalls


def _counted(frames, threshold, least, matched):
    """Counts at a score, and scores of the hits; what is matched, now or in a call before, is harmless no more."""
    from scipy.optimize import linear_sum_assignment

    own = dict.fromkeys(("counted", "hits", "misses", "false", "switches", "overlap"), 0)
    scores, history = [], {}
    for frame, (truths, found, ious, score_of, neutral, harmless) in enumerate(frames):
        kept = [j for j, name in enumerate(found) if score_of[name] >= least]
        costs = np.where(ious[:, kept] >= threshold, 1 - ious[:, kept], 1e4)
        pairs = [(i, kept[j]) for i, j in zip(*linear_sum_assignment(costs), strict=True) if costs[i, j] < 1e4]
        partner = dict(pairs)
        own["hits"] += len(pairs)
        own["overlap"] += sum(ious[i, j] for i, j in pairs)
        matched.update((frame, j) for _, j in pairs)
        own["false"] += sum(not harmless[j] or (frame, j) in matched for j in kept if j not in partner.values())
        scores += [score_of[found[j]] for _, j in pairs]
        for i, name in enumerate(truths):
            name_now = found[partner[i]] if i in partner else None
            now = None if neutral[i] else name_now
            own["counted"] += not neutral[i]
            own["misses"] += i not in partner and not neutral[i]
            before, is_first = history.get(name), name not in history
            own["switches"] += before is not None and now is not None and before != now
            history[name] = name_now if is_first else now
    return own, sorted(scores, reverse=True)
