"""Writes a split as RecBole's atomic files: what it trains on, validates with and is tested on is given file by file
(`benchmark_filename`), so that nothing of the split is left to its own splitting. Users and items are named by their row numbers."""

import numpy as np

PARTS = ("train", "valid", "test")


def training_pairs(data):
    return [(user, item) for user in range(data.users) for item in data.training(user)]


def target_pairs(data, slates):
    return [(user, data.events(user)[end]) for user, end in zip(slates.users, slates.history_ends)]


def training_rows(data, length):
    """(user, last `length` events before a target, target) for each training event but a user's first: RecBole's own augmentation."""
    for user in range(data.users):
        events = data.training(user)
        for place in range(1, len(events)):
            yield user, events[max(0, place - length):place], events[place]


def prefixes_with_target(rows, length):
    """For BERT4Rec, which learns from the history of a row alone: it never sees a user's last event unless histories end with their targets."""
    for user, history, target in rows:
        yield user, np.append(history, target)[-length:], target


def target_rows(data, slates, length):
    for user, end in zip(slates.users, slates.history_ends):
        yield user, data.history(user, end)[-length:], data.events(user)[end]


def write_items(path, data):
    with open(path, "w", encoding="utf-8") as file:
        file.write("item_id:token\n")
        file.writelines(f"i{item}\n" for item in range(len(data.item_ids)))


def write_pairs(path, pairs):
    with open(path, "w", encoding="utf-8") as file:
        file.write("user_id:token\titem_id:token\n")
        file.writelines(f"u{user}\ti{item}\n" for user, item in pairs)


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write("user_id:token\titem_id_list:token_seq\titem_id:token\n")
        for user, history, target in rows:
            file.write(f"u{user}\t{' '.join(f'i{item}' for item in history)}\ti{target}\n")


def write_general(folder, data):
    """Files of models that learn from user-item pairs."""
    write_items(folder / "parity.item", data)
    write_pairs(folder / "parity.train.inter", training_pairs(data))
    write_pairs(folder / "parity.valid.inter", target_pairs(data, data.valid))
    write_pairs(folder / "parity.test.inter", target_pairs(data, data.test))


def write_sequential(folder, data, length, with_target):
    """Files of models that learn to continue a history; `with_target` as prefixes_with_target."""
    write_items(folder / "parity.item", data)
    rows = training_rows(data, length)
    write_rows(folder / "parity.train.inter", prefixes_with_target(rows, length) if with_target else rows)
    write_rows(folder / "parity.valid.inter", target_rows(data, data.valid, length))
    write_rows(folder / "parity.test.inter", target_rows(data, data.test, length))
