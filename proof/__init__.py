"""What makes the record provable: canonical JSON, chains, a Merkle log, signatures. It reads no row and no clock."""
