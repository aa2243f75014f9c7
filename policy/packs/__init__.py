"""The ready packs, one YAML file each, and their translations (`NAME.LANG.yaml`).

Without them every team would begin with an empty file and learn from its first incident what belongs in it.
"""
