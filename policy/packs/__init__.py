"""The ready packs, one YAML file each, what the default one is made of (`default.*.yaml`) and its `vectors/`."""
