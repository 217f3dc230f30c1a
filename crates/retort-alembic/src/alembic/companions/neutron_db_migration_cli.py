"""Neutron: the branches of its chain and those of its plugins."""

EXPAND_BRANCH = "expand"
CONTRACT_BRANCH = "contract"
MIGRATION_BRANCHES = (EXPAND_BRANCH, CONTRACT_BRANCH)
