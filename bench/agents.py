"""User agents of real traffic: phones, tablets, computers, a television, a console, in-app browsers, bots."""

_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_PC = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK}"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK}"
_IPHONES = tuple(
    f"Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) {_WEBKIT}" for version in ("16_6", "17_5_1", "18_1")
)
_IPAD = f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {_WEBKIT}"
_PHONES = ("13; SM-A536B", "14; Pixel 8", "12; Redmi Note 9 Pro", "11; CUBOT X30", "14; SM-S928U")

AGENTS = (
    *(f"{phone} Version/17.5 Mobile/15E148 Safari/604.1" for phone in _IPHONES),
    *(f"{phone} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1" for phone in _IPHONES),
    *(f"{phone} Mobile/21F90 [FBAN/FBIOS;FBAV/468.1.0.54.107;FBDV/iPhone14,5;FBSV/17.5.1]" for phone in _IPHONES),
    f"{_IPHONES[1]} Mobile/15E148 Instagram 335.1.8.26.85 (iPhone14,5; iOS 17_5; en_US; en; scale=3.00; 1170x2532)",
    f"{_IPHONES[0]} FxiOS/127.0 Mobile/15E148 Safari/605.1.15",
    f"{_IPAD} Version/17.5 Mobile/15E148 Safari/604.1",
    f"{_IPAD} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
    *(f"{_ANDROID} Chrome/{version}.0.0.0 Mobile Safari/537.36" for version in (119, 124, 126, 130)),
    f"{_ANDROID} Chrome/126.0.0.0 Safari/537.36",
    f"{_ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36 OPR/82.0.0.0",
    f"{_ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0",
    *(f"Mozilla/5.0 (Linux; Android {phone}) {_BLINK} Chrome/125.0.6422.165 Mobile Safari/537.36" for phone in _PHONES),
    *(
        f"Mozilla/5.0 (Linux; Android {phone}; wv) {_BLINK} Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 "
        "[FB_IAB/FB4A;FBAV/468.0.0.46.80;]"
        for phone in _PHONES[:2]
    ),
    f"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) {_BLINK} SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
    *(f"{_PC} Chrome/{version}.0.0.0 Safari/537.36" for version in (109, 124, 126)),
    f"{_PC} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
    f"{_PC} Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    f"{_MAC} {_WEBKIT} Version/17.5 Safari/605.1.15",
    f"{_MAC} {_BLINK} Chrome/126.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (X11; Linux x86_64) {_BLINK} Chrome/126.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_BLINK} Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV Safari/537.36",
    f"Mozilla/5.0 (PlayStation; PlayStation 5/8.20) {_WEBKIT} Version/13.0 Safari/605.1.15",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "python-requests/2.32.3",
)
