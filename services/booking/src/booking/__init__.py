"""Booking: visits, technicians and open times."""
