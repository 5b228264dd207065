"""A kind of contract for import-linter, which itself can only list what is forbidden: everything that is not allowed is."""

import sys
from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules


class OnlyStandardLibrary(Contract):
    """Modules may import themselves, the standard library but for `never`, and `also`."""

    type_name = "only_standard_library"

    modules: Any = fields.ListField(subfield=fields.ModuleExpressionField())
    also: Any = fields.ListField(subfield=fields.StringField(), required=False)
    never: Any = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 -- the linter's own shape
        allowed = (set(sys.stdlib_module_names) | set(self.also or ())) - set(self.never or ())
        bounded = module_expressions_to_modules(graph, self.modules, as_packages=True)
        names = {module.name for module in bounded}
        wrong = [
            (importer, imported)
            for importer in sorted(names & graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.partition(".")[0] not in allowed and imported not in names
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["wrong"]:
            output.print_error(f"- {importer} imports {imported}", bold=False)
