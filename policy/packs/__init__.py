"""The ready packs, one YAML file each, and their translations (`NAME.LANG.yaml`)."""
