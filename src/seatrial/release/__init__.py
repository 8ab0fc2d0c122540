"""The life of a release: two slots, one Lease, records in the cluster, checks of the live address."""
