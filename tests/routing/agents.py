"""User agents of common browsers."""

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {WEBKIT}"
PIXEL = f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Chrome/126.0.0.0 Mobile Safari/537.36"
MACINTOSH = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
MAC = f"{MACINTOSH} {WEBKIT} Version/17.5 Safari/605.1.15"
PC = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/126.0.0.0 Safari/537.36"
X11 = f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} Chrome/126.0.0.0 Safari/537.36"
FREEBSD = f"Mozilla/5.0 (X11; FreeBSD amd64) {BLINK} Chrome/126.0.0.0 Safari/537.36"


def android(model: str, version: str = "13", *, after: str = "Mobile Safari/537.36") -> str:
    """Return the agent of Chrome on a device."""
    return f"Mozilla/5.0 (Linux; Android {version}; {model}) {BLINK} Chrome/126.0.0.0 {after}"
