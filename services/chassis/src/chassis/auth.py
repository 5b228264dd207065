"""Signing in as all services know it: who a person is, what each role may, and the gate that asks."""

from chassis.gate import Gate, IsLate
from chassis.people import ROLES, Permission, Person
from chassis.tokens import TokenError, mint, read

__all__ = ["ROLES", "Gate", "IsLate", "Permission", "Person", "TokenError", "mint", "read"]
