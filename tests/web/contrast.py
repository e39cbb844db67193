"""Contrast of everything that can be read on a page, computed from the colours that the browser uses.

Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio (relative luminance of sRGB), success criteria 1.4.3 and 1.4.11.
"""

import re

from playwright.sync_api import Page

TEXT, EDGE = 4.5, 3.0
Colour = tuple[float, ...]

LOOK = """() => {
  const seen = [];
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || element.closest(".unseen, canvas, script")) continue;
    const style = getComputedStyle(element);
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const name = element.outerHTML.slice(0, 90);
    if (words || element.matches("input, textarea")) seen.push(["text", name, style.color, ground(element)]);
    if (element.matches("button, input, textarea, meter, progress")) {
      seen.push(["edge", name, style.borderTopColor, ground(element.parentElement)]);
    }
  }
  const root = getComputedStyle(document.documentElement);
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = root.getPropertyValue("--focus");
  for (const name of ["--ground", "--sheet"]) {
    probe.style.backgroundColor = root.getPropertyValue(name);
    seen.push(["edge", `focus on ${name}`, getComputedStyle(probe).color, getComputedStyle(probe).backgroundColor]);
  }
  probe.remove();
  return seen;
}"""


def low_contrasts(page: Page) -> list[str]:
    """What is too weak: text below 4.5 to 1, edges of controls and the ring of the focus below 3 to 1."""
    seen = page.evaluate(LOOK)
    assert len(seen) > 5, "there is nothing to look at"
    found = {f"{kind} {ratio(front, back):.2f}: {what}" for kind, what, front, back in seen if too_weak(kind, front, back)}
    return sorted(found)


def too_weak(kind: str, front: str, back: str) -> bool:
    return ratio(front, back) < (TEXT if kind == "text" else EDGE)


def ratio(front: str, back: str) -> float:
    """Contrast of two colours as the browser writes them."""
    light, dark = sorted((luminance(parsed(front)), luminance(parsed(back))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def parsed(colour: str) -> Colour:
    """`rgb(1, 2, 3)` as parts of one."""
    return tuple(float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3])


def luminance(colour: Colour) -> float:
    """Relative luminance."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
