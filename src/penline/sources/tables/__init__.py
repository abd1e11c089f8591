"""Tables of labelled pictures: pixels as numbers, pictures in columns, manifests, boxes on pages.

A form's unit gives rows (`formats.table_row.TableRow`) from its files; `unit` makes labelled
pictures of them, `classes` tells what class numbers stand for, and the collectors find the files.
"""
