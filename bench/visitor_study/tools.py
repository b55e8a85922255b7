"""The tools that are compared: ours, and libraries of Python. Each maps a user agent to what it finds."""

from collections.abc import Callable
from dataclasses import dataclass

import ua_parser
from crawlerdetect import CrawlerDetect
from device_detector import DeviceDetector
from user_agents import parsers

from bench.visitor_study.readers import DEVICES, SYSTEMS
from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.routing.user_agent import parse_user_agent


@dataclass(frozen=True, slots=True)
class Finding:
    """What a tool finds in a user agent; None if the tool does not tell devices or systems."""

    is_bot: bool
    device: Device | None = None
    os: OperatingSystem | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: `find` does all of its work, `is_bot` only what it takes to recognize bots."""

    name: str
    find: Callable[[str], Finding]
    is_bot: Callable[[str], bool]
    has_devices: bool = True
    is_slow: bool = False


def _ours(user_agent: str) -> Finding:
    parsed = parse_user_agent.__wrapped__(user_agent)
    return Finding(parsed.is_bot, parsed.device, parsed.os)


def _ua_parser(user_agent: str) -> Finding:
    parsed = ua_parser.parse(user_agent)
    is_bot = parsed.device is not None and parsed.device.family == "Spider"
    family = parsed.os.family if parsed.os else ""
    return Finding(is_bot, os=SYSTEMS.get(family, OperatingSystem.OTHER))


def _user_agents(user_agent: str) -> Finding:
    parsed = parsers.parse(user_agent)
    device = Device.TABLET if parsed.is_tablet else Device.MOBILE if parsed.is_mobile else Device.DESKTOP
    return Finding(parsed.is_bot, device, SYSTEMS.get(parsed.os.family, OperatingSystem.OTHER))


def _device_detector(user_agent: str) -> Finding:
    parsed = DeviceDetector(user_agent).parse()
    system = SYSTEMS.get(parsed.all_details.get("os", {}).get("family"), OperatingSystem.OTHER)
    return Finding(parsed.is_bot(), DEVICES.get(parsed.device_type()), system)


def _is_device_detectors_bot(user_agent: str) -> bool:
    detector = DeviceDetector(user_agent)
    detector.parse_bot()
    return bool(detector.is_bot())


_crawlers = CrawlerDetect()


def _is_crawler(user_agent: str) -> bool:
    return bool(_crawlers.isCrawler(user_agent))


OURS = Tool("smartlink", _ours, lambda user_agent: _ours(user_agent).is_bot)
PEERS = (
    Tool("ua-parser", _ua_parser, lambda user_agent: _ua_parser(user_agent).is_bot, has_devices=False),
    Tool("user-agents", _user_agents, lambda user_agent: bool(_user_agents(user_agent).is_bot)),
    Tool("device_detector", _device_detector, _is_device_detectors_bot, is_slow=True),
    Tool("crawlerdetect", lambda user_agent: Finding(_is_crawler(user_agent)), _is_crawler, has_devices=False),
)
TOOLS = (OURS, *PEERS)
