"""The job engine: how a delivery becomes exactly one recorded, announced outcome."""
