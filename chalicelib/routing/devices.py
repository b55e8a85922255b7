"""The kind of device of a user agent: phone, tablet, computer, television or game console."""

import re

from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Device, OperatingSystem
from chalicelib.routing.agent_patterns import first_match

_PATTERNS = {
    # Apps for the owners of consoles have a package's name: `com.nintendo.znca/`, `PlayStationApp-Android/`.
    Device.CONSOLE: r"(?:^|[^.])playstation(?:[^a]|$)|(?:^|[^.\w])xbox(?:[^a-z]|$)|(?:^|[^.])nintendo|\(ps\d|\bwii\b|"
    r"dreamcast|segasaturn|archos gamepad",
    # `BTV-W09`, `BNTV250` and `HTV31` are tablets and phones.
    Device.TV: r"(?-i:(?:^|[^DSBNHI])TV(?:[^A-Za-z]|$)|[NH]TV[-_])|smart[- ]?tv|"
    r"(?:apple|google|android|hbb|net|web)[- ]?tv|tvos|bravia|crkey|chromecast|\baft[a-z0-9]+\b|roku|vidaa|netcast|"
    r"web0s|webos\.tv|\bviera|aquos(?:browser|-as|[- ]?tv)|vizio|vizios|ce-html|hybridcast|dlnadoc|sraf/|\bomi/|"
    r"infinet|kreatv|brightsign|mi ?box|nexbox|\bmxq|shield andr|\bstb\b|dunehd|[ _]stb_|large screen|stbapp|cobalt/|"
    r"linux mips(?:el)?[;)]|, ?(?:wired|wireless)\)|\btivo|\bq?led\d|\(sky,|sky_ott|\(dtv\)|\bastro;",
    Device.TABLET: r"tablet(?:[^ ]|$| [^p]| p[^c])|playbook|silk/|kindle|nexus (?:7|9|10)\b|\bbn?tv-?[wd\d]",
    Device.MOBILE: r"mobi|iphone|ipod|windows (?:phone|ce)|blackberry|bb10|opera mini|midp|cldc|j2me|up\.|symb|"
    r"series ?[346]0|nokia|kaios|docomo|netfront|obigo|palm|\bwap|ucweb|teleca|dalvik/|\biph\d",
}
"""In this order: televisions may be mobile, and tablets as well."""

_kind = first_match({str(device): pattern for device, pattern in _PATTERNS.items()})
_IPAD = re.compile(r"(?<![A-Za-z])iPad")
_IOS_EDITION = re.compile(r" (?:CriOS|FxiOS|EdgiOS|OPiOS|OPT|GSA|DdgiOS|Mobile)/")
"""Signs of an iPad. Asked for desktop pages it calls itself a Mac, but no Mac has the iOS editions of browsers."""
_USUAL = {
    OperatingSystem.IOS: Device.MOBILE,
    OperatingSystem.ANDROID: Device.TABLET,
    OperatingSystem.MACOS: Device.DESKTOP,
    OperatingSystem.CHROMEOS: Device.DESKTOP,
}
_COMPUTERS = {OperatingSystem.MACOS, OperatingSystem.CHROMEOS}


def is_ipad(user_agent: str) -> bool:
    """Return whether the agent is that of an iPad, also where it says that it is a Mac."""
    mac = user_agent.find("Macintosh")
    return bool(_IPAD.search(user_agent) or (mac >= 0 and _IOS_EDITION.search(user_agent, mac)))


def possible_device(device: Device, system: OperatingSystem) -> Device:
    """Return the device, or the usual one of the system if it has no such devices: macOS is never a phone."""
    return device if device in DEVICES_OF_SYSTEM[system] else _USUAL[system]


def device_of_agent(user_agent: str, system: OperatingSystem) -> Device:
    """Return the kind of device. An iPad is a tablet; iOS is never a desktop, macOS never a phone."""
    return possible_device(_device_named(user_agent, system), system)


def _device_named(user_agent: str, system: OperatingSystem) -> Device:
    kind = _kind(user_agent)
    if kind in {Device.CONSOLE, Device.TV}:
        return Device(kind)
    if system is OperatingSystem.IOS:
        return Device.TABLET if is_ipad(user_agent) else Device.MOBILE
    if system in _COMPUTERS:
        return Device.DESKTOP
    # Android tells phones from tablets by the word "Mobile" alone.
    return Device(kind or (Device.TABLET if system is OperatingSystem.ANDROID else Device.DESKTOP))
