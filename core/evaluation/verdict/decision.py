"""The verdict from the evidence, by one rule: invalid evidence > No-Go > missing evidence > Hold > Go."""
