"""Contexts of the templates: one Struct per page, so that a template's inputs are known and tested.

Every template sees ``page`` (the Struct of its page), ``shell`` (a `Shell`), and the functions ``_`` /
``gettext`` / ``ngettext`` (translations into ``shell.language``). Undefined names are errors. A page
that caches may keep (``shell.cacheable``) is anonymous: it has no ``csrf_token`` and no notice, and no
form but the search (GET), the one that puts a book into the cart and the one that asks for consent,
which the browser's ``Origin`` protects.

May import: `bookrec`.
"""
