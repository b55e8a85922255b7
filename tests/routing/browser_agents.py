"""A real user agent for each browser of the closed list."""

AGENTS = {
    "aloha browser": "Mozilla/5.0 (Linux; Android 13; Eagle_1076) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/111.0.0.0 Safari/537.36 ABB/3.4.5",
    "amazon silk": "Mozilla/5.0 (Linux; Android 9; AEOHY) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Silk/94.3.10 like Chrome/94.0.4606.126 Safari/537.36",
    "android": "Mozilla/5.0 (Linux; Android 5.1; iQ1806)",
    "aol": "Mozilla/4.0 (compatible; MSIE 7.0; AOL 9.6; AOLBuild 4340.168; Windows NT 5.1)",
    "apple mail": "Mozilla/5.0 (PlayStation 5/SmartTV) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "arora": "Mozilla/5.0 (Windows; U; ; en-NZ) AppleWebKit/527  (KHTML, like Gecko, Safari/419.3) Arora/0.8.0",
    "avant": "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; Avant Browser; InfoPath.1)",
    "avast secure browser": "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/67.0.3396.99 "
    "Safari/537.36 Avast/67.0.640.99",
    "avg": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/68.0.3440.59"
    " Safari/537.36 AVG/68.0.639.61",
    "baidu browser": "Mozilla/5.0 (Windows; U; Windows NT 5.1; zh_CN) AppleWebKit/534.7 (KHTML, like Gecko) "
    "Chrome/7.0 baidubrowser/1.x Safari/534.7",
    "baidu explorer": "Mozilla/5.0 (Linux; U; Android 4.2.2; de-us; MT0729D Build/JDQ39) AppleWebKit/534.30 "
    "(KHTML, like Gecko) FlyFlow/1.4 Version/4.0 Mobile Safari/534.30",
    "basilisk": "Mozilla/5.0 (Windows NT 5.1; rv:52.9) Goanna/4.1 Firefox/52.9 Basilisk/20180420",
    "blackberry": "BlackBerry8320/4.2.2 Profile/MIDP-2.0 Configuration/CLDC-1.1 VendorID/100",
    "brave": "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.5.2 Mobile/15E148 Safari/604.1 Brave",
    "camino": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.6; rv:2.0.1) Gecko/20100101 Firefox/4.0.1 Camino/2.2.1",
    "chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "coc coc": "Mozilla/5.0 (Linux; Android 4.4.4; VINABOX-X2) AppleWebKit/537.36 (KHTML, like Gecko) "
    "coc_coc_browser/80.0.186 Chrome/74.0.3729.186 Safari/537.36",
    "comodo dragon": "Mozilla/5.0 (Windows NT 6.1; rv:26.0) Gecko/20100101 Firefox/26.0 IceDragon/26.0.0.2",
    "crosswalk": "Mozilla/5.0 (Linux; Android 4.1.1; TM-7047HD 3G Build/JRO03H) AppleWebKit/537.36 (KHTML,"
    " like Gecko) Chrome/50.0.2661.102 Crosswalk/20.50.533.12 Safari/537.36",
    "dolfin": "Mozilla/5.0 (SAMSUNG; SAMSUNG-GT-S5250/1.0; U; bada/1.0; pt-br) AppleWebKit/533.1 "
    "(KHTML, like Gecko) Dolfin/2.0 Mobile WQVGA SMM-MMS/1.2.0 OPN-B",
    "dolphin": "Mozilla/5.0 (Linux; U; Android 2.2.1; zh-cn; HTC Magic Build/FRG83) AppleWebKit/533.1 "
    "(KHTML like Gecko) Version/4.0 Mobile Safari/533.1 DolphinHDCN/7.0.0",
    "duckduckgo": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.3 Safari/605.1.15 Ddg/17.1",
    "ecosia": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Mobile Safari/537.36 (Ecosia android@150.0.0.0)",
    "edge": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/147.0.0.0 Safari/537.36 Edg/147.0.0.0",
    "electron": "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Bridge/2020.3.2 Chrome/69.0.3497.128 Electron/4.2.12 Safari/537.36",
    "elinks": "ELinks/0.12~pre5-4",
    "epiphany": "Mozilla/5.0 (X11; U; Linux; i686; en-US; rv:1.6) Gecko Epiphany/1.2.5",
    "facebook": "Mozilla/5.0 (Linux; U; Android 4.1.1; en-us; M1063W Build/JRO03H) AppleWebKit/534.30 "
    "(KHTML, like Gecko) Version/4.0 Safari/534.30 [FB_IAB/FB4A;FBAV/104.0.0.17.71;]",
    "facebook messenger": "Mozilla/5.0 (Linux; Android 5.1.1; Z716BL Build/LMY47V; wv) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Version/4.0 Chrome/57.0.2987.132 Mobile Safari/537.36 "
    "[FB_IAB/MESSENGER;FBAV/109.0.0.24.70;]",
    "firefox": "Mozilla/5.0 (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0",
    "flipboard": "Mozilla/5.0 (iPad; CPU OS 11_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E216 Flipboard/4.2.28",
    "flock": "Mozilla/5.0 (Windows; U; Windows NT 6.1; pl; rv:1.9.0.16) Gecko/2010021013 Firefox/3.0.16 Flock/2.5.6",
    "galeon": "Mozilla/5.0 (X11; U; Linux; i686; en-US; rv:1.6) Gecko Galeon/1.3.14",
    "google": "Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "GSA/319.0.638705450 Mobile/15E148 Safari/604.1",
    "hbbtv": "HbbTV/1.1.1 (;;;;;) Maple_2011",
    "heytap browser": "Mozilla/5.0 (Linux; U; Android 12; vi-pl; CPH2407 Build/SP1A.210812.016) "
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.88 Mobile Safari/537.36 "
    "HeyTapBrowser/45.8.4.9",
    "huawei browser": "Mozilla/5.0 (Linux; Android 10; ART-L28) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/70.0.3538.64 HuaweiBrowser/10.0.2.331 Mobile Safari/537.36",
    "icab": "Mozilla/5.0 (Macintosh; U; PPC Mac OS X 10_5_8; en-us) AppleWebKit/533.19.4 (KHTML, "
    "like Gecko) iCab/4.8 Safari/533.16",
    "iceweasel": "Mozilla/5.0 (X11; Linux x86_64; rv:15.0) Gecko/20120724 Debian Iceweasel/15.02",
    "ie": "Mozilla/3.0 WebTV/1.2 (compatible; MSIE 2.0)",
    "instagram": "Mozilla/5.0 (iPod touch; CPU iPhone OS 9_3_5 like Mac OS X) AppleWebKit/601.1.46 (KHTML,"
    " like Gecko) Mobile/13G36 Instagram 9.7.0 (iPod5,1; iPhone OS",
    "iron": "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Iron/26.0.1450.0 "
    "Chrome/26.0.1450.0 Safari/537.36",
    "k-meleon": "Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1.24pre) Gecko/20100228 K-Meleon/1.5.4",
    "kakaotalk": "Mozilla/5.0 (iPad; CPU OS 9_2 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) "
    "Mobile/13C75 KAKAOTALK 5.2.3",
    "kindle": "Mozilla/5.0 (Linux U; en-US)  AppleWebKit/528.5  (KHTML, like Gecko, Safari/528.5 ) "
    "Version/4.0 Kindle/3.0 (screen 600x800; rotate)",
    "konqueror": "Mozilla/5.0 (X11; Linux) KHTML/4.9.1 (like Gecko) Konqueror/4.9",
    "line": "Mozilla/5.0 (Linux; Android 4.4.2; Flair P8 Build/KOT49H) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Version/4.0 Chrome/30.0.0.0 Mobile Safari/537.36 Line/7.1.3/IAB",
    "linkedin": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
    "like Gecko) Mobile/21F90 [LinkedInApp]/9.29.7055",
    "links": "Links (2.1pre23; Linux 3.5.0 i686; 237x63)",
    "lunascape": "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.0; .NET CLR 1.1.4322; Lunascape 2.1.3)",
    "lynx": "Lynx/2.8.5rel.1 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/0.8.12",
    "mail.ru chromium browser": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/28.0.1500.74 Safari/537.36 MRCHROME",
    "maxthon": "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; Trident/4.0; Maxthon/3.0)",
    "midori": "Mozilla/5.0 (X11; Linux) AppleWebKit/538.1 (KHTML, like Gecko) Chrome/18.0.1025.133 "
    "Safari/538.1 Midori/0.5",
    "mint browser": "Mozilla/5.0 (Linux; U; Android 8.1.0; en-us; A5SLIM Build/O11019) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/61.0.3163.128 Mobile Safari/537.36 XiaoMi/Mint "
    "Browser/3.9.3",
    "miuibrowser": "Xiaomi_MDT2_TD-LTE/V1 Linux/3.18.31 Android/7.1 Release/5.15.2017 "
    "Browser/AppleWebKit537.36 Mobile Safari/537.36 System/Android 7.1 "
    "XiaoMi/MiuiBrowser/8.7.7",
    "mobile safari ui/wkwebview": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
    "like Gecko) Mobile/15E148",
    "naver": "Mozilla/5.0 (iPhone; CPU iPhone OS 71 like Mac OS X) AppleWebKit/537.51.2 (KHTML like "
    "Gecko) Mobile/11D167 NAVER(inapp; search; 370; 5.7.1; 5)",
    "netfront": "Mozilla/5.0 (PLAYSTATION 3; 1.10)",
    "netscape": "Mozilla/5.0 (Windows; U; Win98; en-US; rv:1.4) Gecko Netscape/7.1 (ax)",
    "nokia browser": "Nokia7250/1.0 (3.14) Profile/MIDP-1.0 Configuration/CLDC-1.0",
    "norton": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36 Norton/138.0.0.0",
    "obigo": "HUAWEI-M636/001.00 WAP/OBIGO/Q05A",
    "oculus browser": "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) "
    "OculusBrowser/32.1.0.37.133.575621010 Chrome/122.0.6261.64 VR Safari/537.36",
    "odin": "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/74.0.3729.108 Odin/74.3729.2.10 Safari/537.36 VK_PATCH/1.0 CE-HTML/1.0 HBBTV/2.0 "
    "MSD6886 (Hisense;50A6101EX;V0000.01.00a.N0519)",
    "omniweb": "Mozilla/5.0 (Macintosh; U; PPC Mac OS X; en-US) AppleWebKit/125.4 (KHTML, like Gecko, "
    "Safari) OmniWeb/v563.15",
    "opera": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/151.0.0.0 Safari/537.36 OPR/135.0.0.0",
    "opera coast": "Mozilla/5.0 (iPad; CPU OS 8_3 like Mac OS X) AppleWebKit/600.1.4 (KHTML, like Gecko) "
    "Coast/4.10.90074 Mobile/12F61 Safari/7534.48.3",
    "opera gx": "Mozilla/5.0 (Linux; Android 14; TLG01_EEA Build/UP1A.231005.007) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/122.0.6261.119 Safari/537.36 OPX/2.3",
    "opera neon": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/53.0.2785.21 Safari/537.36 MMS/1.0.2459.0",
    "opera tablet": "Opera/9.80 (Android 2.2.1; Linux; Opera Tablet/ADR-1301080958) Presto/2.11.355 Version/12.10",
    "opera touch": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
    "like Gecko) Version/26.1 Mobile/15E148 Safari/604.1 OPT/6.7.3",
    "other": "IBrowse/2.4 (AmigaOS 3.9; 68K)",
    "otter": "Mozilla/5.0 (X11; Linux) AppleWebKit/538.1 (KHTML, like Gecko) Otter/0.9.07",
    "outlook": "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; GTB6; MSOffice 12)",
    "ovi browser": "Mozilla/5.0 (Series40; Nokia306/03.63; Profile/MIDP-2.1 Configuration/CLDC-1.1) "
    "Gecko/20100401 S40OviBrowser/3.9.0.0.22",
    "pale moon": "Mozilla/5.0 (Windows NT 10.0; rv:45.9) Gecko/20100101 Goanna/3.2 Firefox/45.9 PaleMoon/27.4.0",
    "phoenix browser": "Mozilla/5.0 (Linux; U; Android 10; C55 Pro Build/QP1A.190711.020) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/98.0.4758.101 Mobile Safari/537.36 PHX/10.1",
    "pinterest": "Mozilla/5.0 (iPad; CPU OS 6_0 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) "
    "Mobile/10A403 [Pinterest/iOS]",
    "puffin": "Mozilla/5.0 (X11; U; Linux aarch64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/69.0.3497.100 Safari/537.36 Puffin/8.2.4.705LD",
    "qq browser": "MQQBrowser/1.0/Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; "
    "IEMobile/10.0; NOKIA; RM-910apacprc200)",
    "qt web engine": "Mozilla/5.0 (Windows NT 6.2) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/5.5.1 "
    "Chrome/40.0.2214.115 Safari/537.36",
    "quark": "Mozilla/5.0 (Windows; U; Windows NT 5.2; en-US) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/40.0.2214.89 Safari/537.36 Quark/1.4.0.886",
    "qupzilla": "Mozilla/5.0 (X11; Linux i686) AppleWebKit/538.1 (KHTML, like Gecko) QupZilla/1.8.6 Safari/538.1",
    "qutebrowser": "Mozilla/5.0 (X11; OpenBSD) AppleWebKit/538.1 (KHTML, like Gecko) qutebrowser/0.8.4 Safari/538.1",
    "rekonq": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.21 (KHTML, like Gecko) rekonq/2.3.2 Safari/537.21",
    "rockmelt": "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/535.7 (KHTML, like Gecko) RockMelt/0.16.91.483 "
    "Chrome/16.0.912.77 Safari/535.7",
    "safari": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/16.6 Safari/605.1.15",
    "samsung": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/30.0 Chrome/143.0.0.0 Safari/537.36",
    "seamonkey": "Mozilla/5.0 (BeOS; U; BeOS BePC; en-US; rv:1.9a1) Gecko/20060702 SeaMonkey/1.5a",
    "seznam": "Mozilla/5.0 (Windows NT 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50.0.2661.102"
    " Safari/537.36 SznProhlizec/3.0.0",
    "sleipnir": "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0; Sleipnir/2.9.18)",
    "snapchat": "Mozilla/5.0 (iPhone; CPU iPhone OS 11_1 like Mac OS X) AppleWebKit/604.3.5 (KHTML, like "
    "Gecko) Snapchat/10.34.0.19 (iPhone9,1; iOS 11.1; gzip)",
    "sogou explorer": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/31.0.1650.63 Safari/537.36 SE 2.X MetaSr 1.0",
    "steam": "Mozilla/5.0 (X11; Linux x86_64; Valve Steam GameOverlay; ) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Chrome/85.0.4183.102 Safari/537.36",
    "telegram": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36 Telegram-Android/11.2.1 (Xiaomi M2101K6G; Android "
    "13; SDK 33; AVERAGE)",
    "thunderbird": "Mozilla/5.0 (X11; Linux x86) Gecko/20100101 Thunderbird/45.3.0",
    "tiktok": "Mozilla/5.0 (Linux; Android 11; 6025H_EEA Build/RP1A.200720.011; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/91.0.4472.120 Mobile Safari/537.36 "
    "trill_2022003030 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly "
    "app_version/20.7.5 ByteLocale/en ByteFullLocale/en Region/US",
    "twitter": "Mozilla/5.0 (Linux; Android 14; A301SH Build/S5080; wv) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/126.0.6478.134 Mobile Safari/537.36 TwitterAndroid",
    "uc browser": "UCWEB/8.8 (iPhone; CPU OS_6; en-US)AppleWebKit/534.1 U3/3.0.0 Mobile",
    "up.browser": "QC6035 UP.Browser/4.1.22b1",
    "vivaldi": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/60.0.3112.91"
    " Safari/537.36 Vivaldi/1.92.917.39",
    "vivobrowser": "Mozilla/5.0 (Linux; Android 11; V2036; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/62.0.3202.84 Mobile Safari/537.36 VivoBrowser/6.9.4.2",
    "waterfox": "Mozilla/5.0 (X11; FreeBSD amd64; rv:56.0) Gecko/20100101 Waterfox/56.0",
    "webos browser": "Mozilla/5.0 (webOS/2.1.1; U; xx) AppleWebKit/532.2 (KHTML, like Gecko) Version/1.0 "
    "Safari/532.2 P160U/1.0",
    "wechat browser": "Mozilla/5.0 (iPhone; CPU iPhone OS 7_0_6 like Mac OS X) AppleWebKit/537.51.1 (KHTML, "
    "like Gecko) Mobile/11B651 MicroMessenger/5.2",
    "weibo": "Mozilla/5.0 (iPhone; CPU iPhone OS 7_0_4 like Mac OS X) AppleWebKit/537.51.1 (KHTML, "
    "like Gecko) Mobile/11B554a Weibo (iPhone3,2__weibo__4.2.5__iphone__os7.0.4)",
    "whale": "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116"
    " Whale/0.7.33.5 Safari/537.36",
    "yandex browser": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.7339.63 YaBrowser/25.10.6.63.00 SA/3 Safari/537.36",
}
