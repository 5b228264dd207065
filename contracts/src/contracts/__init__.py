"""Events, topics and the wire format: the only thing the five services share."""
