"""How a release goes: two slots, one Lease, records in the cluster, a verdict on the live address."""
