"""What MkDocs calls while it builds the site; each call is a line here, and what it does stands beside."""

import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink
from mkdocs.utils.templates import TemplateContext

# MkDocs imports this file by its path, without `tools/` on the import path.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import env
from website import blocks, changes, diagrams, elsewhere, interface, repository

log = logging.getLogger("mkdocs.hooks.website")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The decisions in the navigation, the repository's address, and whether diagrams are drawn."""
    config.nav = elsewhere.with_decisions(config.nav, Path(config.docs_dir))
    if not config.repo_url:
        repository.link(config, repository.address(env.ROOT))
    if not diagrams.available():
        log.warning(
            "Mermaid is not in the cache, so diagrams stay text: `make setup` fetches it with npm"
        )
        diagrams.as_text(config)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Pages and files that are not in `docs/`."""
    for file in (*elsewhere.pages(config), *diagrams.files(config)):
        files.append(file)
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The programs that a page names; and the changelog begins with what is not released yet."""
    if page.file.src_uri == changes.PAGE:
        markdown = changes.with_unreleased(markdown, env.ROOT)
    markdown = interface.with_members(markdown, env.ROOT / "components")
    source = page.file.abs_src_path
    return blocks.with_tabs(markdown, Path(source).parent) if source else markdown


def on_page_content(html: str, page: Page, **_: object) -> str:
    """Pictures follow the site's switch; the table of contents breaks paths of settings at their dots."""
    for part in _parts(page.toc.items):
        part.title = part.title.replace(".", ".<wbr>")
    return blocks.with_pictures(html, PurePosixPath(page.url))


def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, **_: object
) -> TemplateContext:
    """A page's edit link leads to the file that one would edit, or is not there."""
    page.edit_url = elsewhere.edit_url(page.file.src_uri, page.edit_url, config)
    return context


def _parts(items: Iterable[AnchorLink]) -> Iterator[AnchorLink]:
    for item in items:
        yield item
        yield from _parts(item.children)
